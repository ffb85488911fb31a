/** What every engine is given to do, and what each hands back to be compared before its time counts. */
import { volume, type Architecture } from '../../src/network/layer.ts';
import { biasName, weightName, type Weights } from '../../src/network/parameters.ts';
import type { Sample } from '../sampling/sampling.ts';
import type { Throughput } from '../sampling/throughput.ts';

/**
 * `forward` gives logits. `ascent step` gives them too, then the gradient of log softmax(logits)[target] to each image,
 * and moves the image along: x ← x + rate · d log p / d x. `training step` has the gradient of the mean of
 * −log softmax(logits)[target] to every parameter, and moves those with momentum: v ← momentum · v + d loss / d w,
 * w ← w − rate · v.
 */
export type Pass = 'forward' | 'ascent step' | 'training step';

export type EngineName =
  'own' | 'tfjs-webgpu' | 'onnxruntime-webgpu' | 'jax-js-webgpu' | 'onnxruntime-cpu' | 'torch-cpu';

export interface Case {
  readonly network: string;
  readonly architecture: Architecture;
  readonly weights: Weights;
  readonly pass: Pass;
  /** Images of a run. */
  readonly images: number;
}

/** The same for every engine, of the images as they were before any step. */
export interface Answer {
  /** [images, classes]. */
  readonly logits: Float32Array;
  /**
   * None of a forward pass; d log p / d x, [images, channels, height, width], of an ascent step; of a training step that of
   * each parameter in the layout of files, a layer's weight before its bias, as `parameterNames` has them.
   */
  readonly gradients: readonly Float32Array[];
}

export interface Measured extends Answer {
  readonly case: Case;
  readonly engine: EngineName;
  readonly adapter: string;
  readonly sample: Sample;
  /** Absent where the engine has no way to begin a run before the one before it has been waited for. */
  readonly flight?: Throughput | undefined;
  /** Floating-point operations of a run, by our own count: those of a convolution however it was computed. */
  readonly flops?: number;
}

/** So little that the images of a long series of steps are as hard as the first. */
export const rate = 1e-3;

/** Of a training step: so little that the last step has the numbers of the first. */
export const trainingRate = 1e-6;
export const momentum = 0.9;

/** The first images of an endless series, [images, channels, height, width]; those that are trained on are bytes / 256. */
export function inputsOf(work: Case): Float32Array<ArrayBuffer> {
  if (work.pass === 'training step') return Float32Array.from(bytesOf(work), (byte) => byte / 256);
  const { architecture, images } = work;
  return Float32Array.from(
    { length: images * volume(architecture.input) },
    (_, index) => ((index * 48_271) % 8191) / 32 - 128,
  );
}

/** Images that are trained on, as a data set holds them. */
export function bytesOf({ architecture, images }: Case): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    { length: images * volume(architecture.input) },
    (_, index) => ((index * 48_271) % 8191) % 256,
  );
}

/** Of all layers that have any, in their order. */
export function parameterNames({ layers }: Architecture): string[] {
  return layers.flatMap(({ kind, name }) =>
    kind === 'convolution' || kind === 'dense' ? [weightName(name), biasName(name)] : [],
  );
}

/** The class that each image climbs towards. */
export function targetsOf({ images }: Case, classes: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: images }, (_, image) => (7 * image + 3) % classes);
}

export function titleOf({ network, pass, images }: Case): string {
  return `${network} ${pass}, batch ${String(images)}`;
}

/**
 * Whether two engines found the same. Where the two largest values of a pool differ by less than rounding does, engines
 * send the gradient through one or the other, and a patch of the image gets another slope: AlexNet's pool2 has such a
 * pair for the first image (8.7e-7 apart). So a tenth of a gradient may differ; the rest must be closer than any error
 * of the maths would leave it.
 */
export const agrees = ({ logits, gradient }: Distances): boolean => logits <= 1e-3 && gradient <= 2e-4;

/** How far two answers are apart, as shares of their ranges. */
export interface Distances {
  readonly logits: number;
  readonly gradient: number;
}

/** Logits: the largest difference; gradient: that of nine tenths of the values, of the worst of them. */
export function distances(found: Answer, expected: Answer): Distances {
  const count = Math.max(found.gradients.length, expected.gradients.length);
  const gradients = Array.from({ length: count }, (_, index) =>
    distance(found.gradients[index], expected.gradients[index], 0.9),
  );
  return { logits: distance(found.logits, expected.logits, 1), gradient: Math.max(0, ...gradients) };
}

/**
 * A difference as a share of the largest value expected; NaN where values are missing or no numbers.
 * @param share of the values that differ by no more than the result
 */
function distance(found: Float32Array = none, expected: Float32Array = none, share: number): number {
  if (found.length !== expected.length || found.some(Number.isNaN)) return NaN;
  if (expected.length === 0) return 0;
  const range = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const differences = found.map((value, index) => Math.abs(value - (expected[index] ?? NaN))).sort();
  return (differences[Math.ceil(share * differences.length) - 1] ?? NaN) / range;
}

const none = new Float32Array();

/** What every engine is given to do, and what each hands back to be compared before its time counts. */
import { volume, type Architecture } from '../src/nn/layer.ts';
import type { Weights } from '../src/nn/parameters.ts';
import type { Sample } from './sampling.ts';

/**
 * `forward` gives logits. `ascent step` gives them too, then the gradient of log softmax(logits)[target] to each image,
 * and moves the image along: x ← x + rate · d log p / d x.
 */
export type Pass = 'forward' | 'ascent step';

export type EngineName = 'own' | 'tfjs-webgpu' | 'onnxruntime-webgpu' | 'onnxruntime-cpu' | 'torch-cpu';

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
  /** d log p / d x, [images, channels, height, width]; of an ascent step alone. */
  readonly gradient?: Float32Array;
}

export interface Measured extends Answer {
  readonly case: Case;
  readonly engine: EngineName;
  readonly adapter: string;
  readonly sample: Sample;
}

/** So little that the images of a long series of steps are as hard as the first. */
export const rate = 1e-3;

/** The first images of an endless series, [images, channels, height, width]. */
export function inputsOf({ architecture, images }: Case): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: images * volume(architecture.input) },
    (_, index) => ((index * 48_271) % 8191) / 32 - 128,
  );
}

/** The class that each image climbs towards. */
export function targetsOf({ images }: Case, classes: number): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: images }, (_, image) => (7 * image + 3) % classes);
}

export function titleOf({ network, pass, images }: Case): string {
  return `${network} ${pass}, batch ${String(images)}`;
}

/** Whether two engines found the same: values within a share of the largest that is expected. */
export function agrees(found: Answer, expected: Answer): boolean {
  return (
    distance(found.logits, expected.logits) <= 1e-3 && distance(found.gradient, expected.gradient) <= 2e-3
  );
}

/** The largest difference as a share of the largest value expected; NaN where something is missing or no number. */
export function distance(found: Float32Array = none, expected: Float32Array = none): number {
  if (found.length !== expected.length) return NaN;
  if (expected.length === 0) return 0;
  let range = 0;
  let most = 0;
  for (const [index, value] of expected.entries()) {
    range = Math.max(range, Math.abs(value));
    most = Math.max(most, Math.abs((found[index] ?? NaN) - value));
  }
  return most / range;
}

const none = new Float32Array();

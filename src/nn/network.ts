/** A network on a device: recorded once for one batch size, then replayed. */
import type { Gpu } from '../gpu/device.ts';
import { Program } from '../gpu/program.ts';
import { gradientOf, tapeBackward, tapeTurnedWeights, zeroBias, type Wanted } from './backward.ts';
import { inputTensor, logitsTensor, placeLayers, tapeForward } from './forward.ts';
import { extents, volume, type Architecture } from './layer.ts';
import type { MemoryPlan } from './memory-plan.ts';
import { Tape, bindTape } from './operation.ts';
import { biasName, parameterShapes, parameterSizes, weightParts, type Parameters } from './parameters.ts';

export interface NetworkOptions {
  /** Slots, a multiple of 4. */
  readonly batch: number;
  readonly gradients?: Wanted;
}

export interface Network {
  readonly architecture: Architecture;
  readonly batch: number;
  readonly classes: number;
  /** [channels, height, width, batch]. */
  readonly input: GPUBuffer;
  /** [classes, batch]. */
  readonly logits: GPUBuffer;
  /** Logits from the input. */
  readonly forward: Program;
  /** Gradients from the activations of the last forward pass and `logitsGradient`; empty when none were asked for. */
  readonly backward: Program;
  /** Re-lays the weights for `backward`; to be run whenever they have changed. */
  readonly turnWeights: Program;
  /** [classes, batch]; whoever knows the objective writes it before `backward`. */
  readonly logitsGradient: GPUBuffer | undefined;
  /** [channels, height, width, batch]. */
  readonly inputGradient: GPUBuffer | undefined;
  /** Gradient of every parameter, by the parameter's name. */
  readonly parameterGradients: Parameters;
  readonly memory: MemoryPlan;
}

const nothing: Wanted = { input: false, parameters: false };

/** Plans the memory, compiles and binds every kernel. */
export async function createNetwork(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
  options: NetworkOptions,
): Promise<Network> {
  const { batch, gradients = nothing } = options;
  const { tape, firstForward, firstBackward } = record(gpu, architecture, batch, gradients);
  const given = new Map(parameters);
  const parameterGradients = gradients.parameters
    ? gradientBuffers(gpu, architecture)
    : new Map<string, GPUBuffer>();
  for (const [name, buffer] of parameterGradients) given.set(gradientOf(name), buffer);
  if (gradients.input || gradients.parameters)
    given.set(zeroBias, gpu.buffer(zeroBias, 4 * mostRows(architecture)));
  const { buffers, dispatches, memory } = await bindTape(gpu, tape, given);
  const input = buffers.get(inputTensor);
  const logits = buffers.get(logitsTensor);
  const shape = extents(architecture).at(-1);
  if (!input || !logits || !shape) throw new Error(`${architecture.name} has no layers`);
  return {
    architecture,
    batch,
    classes: volume(shape),
    input,
    logits,
    turnWeights: new Program(dispatches.slice(0, firstForward)),
    forward: new Program(dispatches.slice(firstForward, firstBackward)),
    backward: new Program(dispatches.slice(firstBackward)),
    logitsGradient: buffers.get(gradientOf(logitsTensor)),
    inputGradient: buffers.get(gradientOf(inputTensor)),
    parameterGradients,
    memory,
  };
}

/** Bytes that a network of this batch takes, parameters left out; nothing is allocated. */
export function activationBytes(
  gpu: Gpu,
  architecture: Architecture,
  batch: number,
  gradients: Wanted = nothing,
): number {
  return record(gpu, architecture, batch, gradients).tape.plan(new Map()).total;
}

function record(target: Gpu, architecture: Architecture, batch: number, gradients: Wanted) {
  if (batch % 4 !== 0) throw new RangeError(`a batch is a multiple of 4 slots, not ${String(batch)}`);
  const layers = placeLayers(architecture);
  const tape = new Tape();
  tape.tensor(inputTensor, volume(architecture.input) * batch, true);
  const backward = gradients.input || gradients.parameters;
  if (backward) {
    tape.tensor(gradientOf(logitsTensor), volume(layers.at(-1)?.output.extent ?? [0, 0, 0]) * batch, true);
    tapeTurnedWeights(tape, layers, target, gradients);
  }
  const firstForward = tape.operations.length;
  tapeForward(tape, layers, batch, target);
  const firstBackward = tape.operations.length;
  if (backward) tapeBackward(tape, layers, batch, target, gradients);
  return { tape, firstForward, firstBackward };
}

function gradientBuffers(gpu: Gpu, architecture: Architecture): Map<string, GPUBuffer> {
  const buffers = new Map<string, GPUBuffer>();
  for (const shape of parameterShapes(architecture)) {
    for (const part of weightParts(shape, gpu))
      buffers.set(part.name, gpu.buffer(gradientOf(part.name), 4 * parameterSizes(part.shape).weight));
    const bias = biasName(shape.layer);
    buffers.set(bias, gpu.buffer(gradientOf(bias), 4 * parameterSizes(shape).bias));
  }
  return buffers;
}

/** The longest result of a matrix product of the backward pass, whose bias is zero. */
function mostRows(architecture: Architecture): number {
  return (
    Math.max(4, ...parameterShapes(architecture).map(({ depth, outputs }) => Math.max(depth, outputs))) + 4
  );
}

/** A network on a device: recorded once for one batch size, then replayed. */
import type { BufferPart, DeviceMemory, Gpu } from '../gpu/device.ts';
import type { TurnedWeights } from './layers/definition.ts';
import { KernelError } from '../gpu/errors.ts';
import { Program, run } from '../gpu/program.ts';
import type { Choices, TuningTask } from '../gpu/tuning.ts';
import { bundledChoices } from '../kernels/tuning/bundled-choices.ts';
import type { Wanted } from './backward.ts';
import { ResourceStack, freedBy, type Resource } from '../util/resources.ts';
import { tuningTasksOf } from './tuning-tasks.ts';
import { extents, volume, type Architecture, type Extent } from './layer.ts';
import type { MemoryPlan } from './memory-plan.ts';
import { bindTape } from './tape.ts';
import { layTogether, parameterBytes } from './parameter-buffers.ts';
import { parameterShapes } from './parameter-shapes.ts';
import {
  biasName,
  isDense,
  parameterSizes,
  storedWords,
  weightParts,
  type Parameters,
} from './parameters.ts';
import { noGradients, recordNetwork, zeroBiasFloats, type NetworkOptions } from './record.ts';
import {
  dropoutKeyTensor,
  gradientOf,
  inputTensor,
  logitsTensor,
  lossesTensor,
  targetsTensor,
  zeroBias,
} from './tensor-names.ts';

/** What `NetworkOptions.images` is for so many images in a batch. */
export function fewImages(images: number, batch: number): Pick<NetworkOptions, 'images'> {
  return batch === 4 && (images === 1 || images === 2) ? { images } : {};
}

/** A layer's output whose gradient an objective outside of the network gives. */
export interface GradientSource {
  readonly extent: Extent;
  /** [channels, height, width, batch], of the last forward pass. */
  readonly activations: GPUBuffer;
  /** As large; the objective writes it before `backward`. */
  readonly gradient: GPUBuffer;
}

/** Cross entropy at the end of a network that is trained. */
export interface NetworkLoss {
  /** Class of each image, u32 [batch]; whoever trains writes it before each step. */
  readonly targets: GPUBuffer;
  /** [batch], of the last step. Their mean is what the gradients are of. */
  readonly losses: GPUBuffer;
  /**
   * Losses and the gradient of the logits: it runs between `forward` and `backward`. Where it is one kernel with the last layer,
   * it writes the logits, too, and `forward` ends before that layer.
   */
  readonly program: Program;
}

/** Holds its activations and gradients on the device; the parameters are whose they were. */
export interface Network extends Resource {
  readonly architecture: Architecture;
  readonly batch: number;
  /** Images that the passes are made for: the whole batch, or its first one or two. */
  readonly images: number;
  readonly classes: number;
  /** [channels, height, width, batch]. */
  readonly input: GPUBuffer;
  /** [classes, batch]. */
  readonly logits: GPUBuffer;
  /** Logits from the input. */
  readonly forward: Program;
  /** Gradients from the activations of the last forward pass and `logitsGradient`; empty when none were asked for. */
  readonly backward: Program;
  /** Re-lays the weights for both passes. It has run once; it is to be run whenever they have changed. */
  readonly turnWeights: Program;
  /** The weights that are turned, with their places, where an optimiser can do all that `turnWeights` does; else empty. */
  readonly turnedWeights: ReadonlyMap<TurnedWeights, BufferPart>;
  /** Absent unless it was asked for. */
  readonly loss: NetworkLoss | undefined;
  /** [classes, batch]; the loss or an objective outside writes it before `backward`, unless that begins elsewhere. */
  readonly logitsGradient: GPUBuffer | undefined;
  /** By layer; empty without gradients. That of the last layer are the logits and their gradient. */
  readonly gradientSources: ReadonlyMap<string, GradientSource>;
  /** [channels, height, width, batch]. */
  readonly inputGradient: GPUBuffer | undefined;
  /** Gradient of every parameter, by the parameter's name. */
  readonly parameterGradients: Parameters;
  /** Four words; the trainer writes a new key into the first two before every step. */
  readonly dropoutKey: GPUBuffer | undefined;
  readonly memory: MemoryPlan;
}

/** Plans the memory, compiles and binds every kernel; has them tuned first where the device's tuning measures. */
export async function createNetwork(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
  options: NetworkOptions,
): Promise<Network> {
  const { batch, loss, gradients = noGradients } = options;
  if (!options.choices) await prepare(gpu, architecture, parameters, options);
  const recorded = await compiled(gpu, architecture, options);
  const { tape, sources, outside, firstForward, firstLoss, firstBackward } = recorded;
  const given = new Map<string, DeviceMemory>(parameters);
  using made = new ResourceStack();
  const parameterGradients = gradients.parameters
    ? layTogether(gpu, 'gradients', parameterBytes(gpu, architecture), made)
    : new Map<string, DeviceMemory>();
  for (const [name, buffer] of parameterGradients) given.set(gradientOf(name), buffer);
  if (gradients.input || gradients.parameters)
    given.set(zeroBias, made.use(gpu.buffer(zeroBias, 4 * zeroBiasFloats(architecture))));
  const turnedWeights = loss && turnedByStep(gpu, recorded, made);
  for (const [{ turned }, place] of turnedWeights ?? []) given.set(turned, place);
  const { buffers, own, dispatches, memory } = await bindTape(gpu, tape, given);
  made.use(own);
  const gradientSources = new Map(
    sources.flatMap(({ layer, extent, tensor, gradientTensor }): [string, GradientSource][] => {
      const activations = buffers.get(outside(tensor));
      const gradient = buffers.get(outside(gradientTensor));
      return activations && gradient ? [[layer, { extent, activations, gradient }]] : [];
    }),
  );
  const input = buffers.get(outside(inputTensor));
  const logits = buffers.get(outside(logitsTensor));
  const shape = extents(architecture).at(-1);
  if (!input || !logits || !shape) throw new Error(`${architecture.name} has no layers`);
  const [targets, losses] = [buffers.get(targetsTensor), buffers.get(lossesTensor)];
  const turnWeights = new Program(dispatches.slice(0, firstForward));
  run(gpu, turnWeights);
  const held = made.move();
  return {
    architecture,
    batch,
    images: options.images ?? batch,
    classes: volume(shape),
    input,
    logits,
    turnWeights,
    turnedWeights: turnedWeights ?? new Map(),
    forward: new Program(dispatches.slice(firstForward, firstLoss)),
    loss: targets &&
      losses && { targets, losses, program: new Program(dispatches.slice(firstLoss, firstBackward)) },
    backward: new Program(dispatches.slice(firstBackward)),
    logitsGradient: buffers.get(outside(gradientOf(logitsTensor))),
    gradientSources,
    inputGradient: buffers.get(outside(gradientOf(inputTensor))),
    parameterGradients,
    dropoutKey: buffers.get(dropoutKeyTensor),
    memory,
    ...freedBy(held),
  };
}

/** Room for weights that training turns in every step, where it can turn all of them by itself: one behind the other. */
function turnedByStep(
  gpu: Gpu,
  { tape, turnedWeights, firstForward }: ReturnType<typeof recordNetwork>,
  owner: ResourceStack,
): Map<TurnedWeights, BufferPart> {
  if (turnedWeights.length < firstForward) return new Map();
  const sizes = turnedWeights.map(({ turned }): [string, number] => [turned, tape.sizes.get(turned) ?? 0]);
  const places = layTogether(gpu, 'turned weights', new Map(sizes), owner);
  return new Map(
    turnedWeights.flatMap((each) => {
      const place = places.get(each.turned);
      return place ? [[each, place]] : [];
    }),
  );
}

/** Records the network with variants that the driver compiles: one that it refuses gives way to the next, with a note. */
/** Has a network's kernels compiled before it is made, where it is known which ones it takes. */
export function askForNetwork(gpu: Gpu, architecture: Architecture, options: NetworkOptions): void {
  if (gpu.tuning?.prepare && !options.choices) return;
  const { operations } = recordNetwork(gpu, architecture, options).tape;
  gpu.pipelines.askFor(operations.map(({ launch }) => launch.kernel));
}

async function compiled(gpu: Gpu, architecture: Architecture, options: NetworkOptions) {
  for (;;) {
    const recorded = recordNetwork(gpu, architecture, options);
    const { operations } = recorded.tape;
    const compiling = operations.map(({ launch }) => gpu.pipelines.get(launch.kernel));
    const refused = (await Promise.allSettled(compiling)).flatMap((outcome, index) =>
      outcome.status === 'rejected'
        ? [{ reason: outcome.reason as unknown, choice: operations[index]?.launch.choice }]
        : [],
    );
    if (refused.length === 0) return recorded;
    for (const { reason, choice } of refused) {
      const another = choice?.allowed.some(
        (name) => name !== choice.variant && !gpu.refuses(choice.shape, name),
      );
      if (!(reason instanceof KernelError) || choice === undefined || another !== true) throw reason;
      if (!gpu.refuses(choice.shape, choice.variant))
        gpu.refuse(choice.shape, choice.variant, reason.message);
    }
  }
}

async function prepare(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
  options: NetworkOptions,
): Promise<void> {
  if (!gpu.tuning?.prepare) return;
  const given = new Map([[zeroBias, 4 * zeroBiasFloats(architecture)]]);
  for (const [name, { size }] of parameters) given.set(name, size).set(gradientOf(name), size);
  const recorded = (choices: Choices) => recordNetwork(gpu, architecture, { ...options, choices }).tape;
  const tasks = tuningTasksOf(recorded, gpu.tuning, given);
  await gpu.tuning.prepare(tasks.filter(({ launches }) => launches.length > 1));
}

/** Every kernel of a network at its shapes, in all variants that the adapter allows, with the bytes of its operands. */
export function kernelsOf(gpu: Gpu, architecture: Architecture, options: NetworkOptions): TuningTask[] {
  const { denseStorage = 'f32' } = options;
  const given = new Map([[zeroBias, 4 * zeroBiasFloats(architecture)]]);
  for (const shape of parameterShapes(architecture)) {
    const bias = 4 * parameterSizes(shape).bias;
    given.set(biasName(shape.layer), bias).set(gradientOf(biasName(shape.layer)), bias);
    for (const part of weightParts(shape, gpu)) {
      const bytes = 4 * storedWords(parameterSizes(part.shape).weight, isDense(shape), denseStorage);
      given.set(part.name, bytes).set(gradientOf(part.name), bytes);
    }
  }
  const recorded = (choices: Choices) => recordNetwork(gpu, architecture, { ...options, choices }).tape;
  return tuningTasksOf(recorded, gpu.tuning ?? bundledChoices(gpu.adapter.kind), given);
}

/** Bytes that a network of this batch takes, parameters left out; nothing is allocated. */
export function activationBytes(
  gpu: Gpu,
  architecture: Architecture,
  batch: number,
  gradients: Wanted = noGradients,
): number {
  return recordNetwork(gpu, architecture, { batch, gradients }).tape.plan(new Map()).total;
}

/** Bytes that a network takes on a device. */
export interface DeviceBytes {
  /** Weights and biases. */
  readonly parameters: number;
  /** Activations, their gradients, and weights as the backward pass reads them, after sharing. */
  readonly activations: number;
  readonly total: number;
}

/** What a network takes on the device, its weights included; nothing is allocated. */
export function deviceBytes(gpu: Gpu, architecture: Architecture, options: NetworkOptions): DeviceBytes {
  const { gradients = noGradients, denseStorage = 'f32' } = options;
  const weights = parameterShapes(architecture).flatMap((shape) => [
    ...weightParts(shape, gpu).map((part) =>
      storedWords(parameterSizes(part.shape).weight, isDense(shape), denseStorage),
    ),
    parameterSizes(shape).bias,
  ]);
  const parameters = 4 * weights.reduce((sum, floats) => sum + floats, 0);
  const given = new Map<string, GPUBuffer>();
  const planned = recordNetwork(gpu, architecture, options).tape.plan(given).total;
  const zeros = gradients.input || gradients.parameters ? 4 * zeroBiasFloats(architecture) : 0;
  const activations = planned + zeros + (gradients.parameters ? parameters : 0);
  return { parameters, activations, total: parameters + activations };
}

/** Writes a whole network onto a tape: the weights' other forms, the forward pass, the backward pass. */
import type { Gpu } from '../gpu/device.ts';
import type { Choices } from '../gpu/tuning.ts';
import { tapeBackward, tapeTurnedWeights, type Wanted } from './backward.ts';
import { paddedName, tapeGiven, tapeTaken } from './narrow-batch.ts';
import { tapeForward, tapeForwardWeights } from './forward.ts';
import { volume, type Architecture } from './layer.ts';
import { fuseLoss, tapeFusedLoss, tapeLoss, tapeLossTensors, type Loss } from './loss.ts';
import type { NetworkTarget } from './layers/definition.ts';
import { definitionOf } from './layers/index.ts';
import { Tape } from './tape.ts';
import type { DenseStorage } from './parameters.ts';
import { placeLayers, type PlacedLayer } from './placement.ts';
import { gradientOf, inputTensor, logitsTensor, sourceName } from './tensor-names.ts';

/** What a network is made for: batch, gradients, storage of its weights. */
export interface NetworkOptions {
  /** Images, padding included: a multiple of 4. */
  readonly batch: number;
  /**
   * Where only the first one or two of a batch of four are images: the passes are then made for those, in a quarter or half of
   * the work. The padding of what comes out is zeros.
   */
  readonly images?: 1 | 2;
  readonly gradients?: Wanted;
  /** Whether dropout is there; default: false. */
  readonly training?: boolean;
  /** How the parameters hold dense weights; default: f32. */
  readonly denseStorage?: DenseStorage;
  /**
   * Loss whose gradient by the logits the network makes itself, between its passes; only where gradients of the parameters are
   * wanted. Default: none, and whoever runs the backward pass writes the gradients that it begins with.
   */
  readonly loss?: Loss;
  /** Whether the loss is one kernel with the last layer, where that is possible; default: where it is faster. */
  readonly fuseLoss?: boolean;
  /** Layers at whose output the backward pass begins or takes more in; default: the last one, whose output are the logits. */
  readonly gradientSources?: readonly string[];
  /** Which variants the kernels are, where that is settled; default: the device's tuning. */
  readonly choices?: Choices | undefined;
}

export const noGradients: Wanted = { input: false, parameters: false };

/**
 * Allocates and compiles nothing. The operations before `firstForward` re-lay the weights, those from `firstLoss` on are the loss,
 * those from `firstBackward` on the backward pass. `turnedWeights` are those that `sgd` can re-lay as well.
 * @throws RangeError for options that no network has
 */
export function recordNetwork(gpu: Gpu, architecture: Architecture, options: NetworkOptions) {
  const { batch, images: few, gradients = noGradients, training = false, denseStorage = 'f32' } = options;
  const { loss } = options;
  if (loss && (!gradients.parameters || options.gradientSources))
    throw new RangeError('a loss is for gradients of the parameters, and is their only source');
  if (few && (batch !== 4 || gradients.parameters))
    throw new RangeError('one or two images take a batch of four, and no parameters are trained on them');
  if (denseStorage === 'f16' && gradients.parameters)
    throw new RangeError('weights stored as halves cannot be trained; keep them as f32');
  if (batch % 4 !== 0) throw new RangeError(`a batch is a multiple of 4 images, not ${String(batch)}`);
  const target = targetOf(gpu, options.choices, denseStorage);
  const layers = placeLayers(architecture, training);
  const tape = new Tape();
  const images = few ?? batch;
  const outside = few ? paddedName : (tensor: string) => tensor;
  for (const { layer } of layers)
    for (const [tensor, floats] of Object.entries(definitionOf(layer).outsideTensors ?? {}))
      tape.outside(tensor, floats);
  tape.outside(outside(inputTensor), volume(architecture.input) * batch);
  const backward = gradients.input || gradients.parameters;
  const sources = backward ? sourcesOf(architecture, layers, options.gradientSources) : [];
  const sourceTensors = new Set(sources.map(({ tensor }) => tensor));
  for (const source of sources) {
    if (loss) tapeLossTensors(tape, source, batch);
    else tape.outside(outside(source.gradientTensor), volume(source.extent) * batch);
  }
  const fuse = loss !== undefined && options.fuseLoss !== false;
  const fused = fuse ? fuseLoss(layers, target, gradients, options.fuseLoss) : undefined;
  const done: ReadonlySet<PlacedLayer> = fused?.layers ?? new Set();
  // Layers after the last source pass nothing back, and need no transposed weights.
  const reached = layers.slice(0, 1 + layers.findLastIndex(({ output }) => sourceTensors.has(output.tensor)));
  tapeForwardWeights(tape, layers, images, target);
  const turned = reached.filter((layer) => !done.has(layer));
  const turnedWeights = backward ? tapeTurnedWeights(tape, turned, images, target, gradients) : [];
  const kept = new Set([logitsTensor, ...sourceTensors]);
  const firstForward = tape.operations.length;
  if (few) tapeTaken(tape, inputTensor, volume(architecture.input), few);
  tapeForward(tape, fused ? layers.slice(0, -1) : layers, images, target, kept);
  if (few) {
    for (const { output } of layers.filter(({ output: { tensor } }) => kept.has(tensor)))
      tapeGiven(tape, output.tensor, volume(output.extent), few);
  }
  const firstLoss = tape.operations.length;
  if (fused) tapeFusedLoss(tape, fused, batch, target);
  else if (loss) for (const logits of sources) tapeLoss(tape, logits, batch);
  const firstBackward = tape.operations.length;
  if (few)
    for (const { extent, gradientTensor } of sources) tapeTaken(tape, gradientTensor, volume(extent), few);
  if (backward) tapeBackward(tape, reached, images, target, gradients, sourceTensors, done);
  if (few && gradients.input) tapeGiven(tape, gradientOf(inputTensor), volume(architecture.input), few);
  return { tape, sources, outside, turnedWeights, firstForward, firstLoss, firstBackward };
}

function targetOf(gpu: Gpu, choices: Choices | undefined, denseStorage: DenseStorage): NetworkTarget {
  const { adapter, limits, subgroupMinSize, expectedLaunches } = gpu;
  return {
    adapter,
    limits,
    denseStorage,
    choices: choices ?? gpu.tuning,
    subgroupMinSize,
    expectedLaunches,
    has: (feature) => gpu.has(feature),
    refuses: (shape, variant) => gpu.refuses(shape, variant),
  };
}

/** The last source begins the backward pass, so that its gradient is the tensor's; those before it are added on the way. */
function sourcesOf(
  { name, layers: { length } }: Architecture,
  layers: readonly PlacedLayer[],
  names: readonly string[] | undefined,
) {
  const wanted = new Set(names ?? layers.slice(-1).map(({ layer }) => layer.name));
  const found = layers.filter(({ layer }) => wanted.has(layer.name));
  if (found.length < wanted.size || found.length === 0)
    throw new RangeError(
      `${name} has no gradient to take in at ${[...wanted].join(', ')}; it has ${String(length)} layers, of which dropout and pools that change nothing are not there`,
    );
  return found.map(({ layer, output: { extent, tensor } }, index) => {
    const last = index === found.length - 1;
    return {
      layer: layer.name,
      extent,
      tensor,
      gradientTensor: last ? gradientOf(tensor) : sourceName(tensor),
    };
  });
}

/** The longest bias of the backward pass, whose operations have none. */
export function zeroBiasFloats(architecture: Architecture): number {
  const longest = placeLayers(architecture, false).map(
    (placed) => definitionOf(placed.layer).zeroBiasFloats?.(placed) ?? 0,
  );
  return Math.max(4, ...longest) + 4;
}

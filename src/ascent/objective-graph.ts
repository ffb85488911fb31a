/**
 * What every batch of a gradient ascent has in common on the device: the network, the way from pictures to the objective, and
 * the way back to the gradient of the image. With random transformations the picture is judged as it is, and climbed as it
 * is shown.
 */
import type { Gpu } from '../gpu/device.ts';
import { Program, bind, type Dispatch } from '../gpu/program.ts';
import type { Choices } from '../gpu/tuning.ts';
import {
  affineTable,
  affineView,
  affineViewAdjoint,
  type AffineViewShape,
} from '../kernels/image/affine-view.ts';
import { sumParts } from '../kernels/ascent/ascent-step.ts';
import {
  differentiateObjective,
  judgeObjective,
  outcomeFloats,
  outcomeRows,
} from '../kernels/ascent/objective.ts';
import { productFloats, batchedDot } from '../kernels/ascent/batched-dot.ts';
import { imageWords } from '../image/image-layout.ts';
import type { Model } from '../model/model.ts';
import { volume } from '../network/layer.ts';
import { createNetwork, fewImages, type GradientSource, type Network } from '../network/network.ts';
import type { Parameters } from '../network/parameters.ts';
import type { NetworkOptions } from '../network/record.ts';
import { classMeasures } from './objective/objective.ts';
import type { AscentSettings } from './settings.ts';
import { layersOf } from './objective/tensors.ts';
import { plainView } from './transforms.ts';
import { ResourceStack, freedBy, type Resource } from '../util/resources.ts';

/** Most iterations of one submission: rows of the history and of the table of views. */
export const mostIterations = 64;

export interface ObjectiveGraph extends Resource {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly network: Network;
  readonly batch: number;
  /** Layers other than the last that objectives are about; their gradients begin at `network.gradientSources`. */
  readonly units: readonly string[];
  readonly buffers: GraphBuffers;
  /** Pictures → objective; then back to `imageGradient`. */
  readonly see: readonly Program[];
}

/** Buffers of an objective graph, which an optimiser reads and writes. */
export interface GraphBuffers {
  /** Pictures, bytes [batch, channels, plane words · 4]. */
  readonly images: GPUBuffer;
  /** Mean image [channels, height, width]. */
  readonly mean: GPUBuffer;
  /** Per byte of the picture, [channels, height, width, batch], in the network's channel order. */
  readonly imageGradient: GPUBuffer;
  /** [3, classes, batch]. */
  readonly classWeights: GPUBuffer;
  /** u32 [batch]. */
  readonly watched: GPUBuffer;
  /** [4, batch] each; one buffer where what is climbed is what is judged. */
  readonly outcome: GPUBuffer;
  readonly judged: GPUBuffer;
  /** Sums in parts: of the gradient, the input, and the units of other layers. */
  readonly parts: GPUBuffer;
  /** u32 [2]: iteration, row of history and views. */
  readonly clock: GPUBuffer;
  /** Random views of each iteration, where there are any. */
  readonly views: GPUBuffer | undefined;
}

/** The network of a graph, to make it or to count what it takes. */
export function networkOptions(
  { architecture }: Model,
  { objectives, batch, denseWeights = 'f32' }: Pick<AscentSettings, 'objectives' | 'batch' | 'denseWeights'>,
): NetworkOptions {
  const { units, logits } = layersOf(architecture, objectives);
  const last = architecture.layers.at(-1)?.name ?? '';
  return {
    batch,
    ...fewImages(objectives.length, batch),
    denseStorage: denseWeights,
    gradients: { input: true, parameters: false },
    gradientSources: logits ? [...units, last] : units,
  };
}

/**
 * @param parameters of the model, on the device
 * @param choices which variants the network's kernels are; default: the device's tuning
 */
export async function createObjectiveGraph(
  gpu: Gpu,
  model: Model,
  parameters: Parameters,
  settings: Pick<AscentSettings, 'objectives' | 'batch' | 'denseWeights' | 'transformation'>,
  choices?: Choices,
): Promise<ObjectiveGraph> {
  const { architecture } = model;
  const { batch } = settings;
  const { units, logits } = layersOf(architecture, settings.objectives);
  using made = new ResourceStack();
  const how = { ...networkOptions(model, settings), choices };
  const network = made.use(await createNetwork(gpu, architecture, parameters, how));
  const sizes = { network, transformed: settings.transformation !== undefined, unitLayers: units.length };
  const buffers = allocate(gpu, model, sizes, made);
  const binding: Binding = { gpu, model, network, batch, units, logits, buffers };
  const fixed = fixedView(binding, made);
  const { views } = buffers;
  const see = views ? await seeTransformed(binding, fixed, views) : await seePlainly(binding, fixed);
  return { ...binding, see, ...freedBy(made.move()) };
}

interface Binding extends Omit<ObjectiveGraph, 'see' | keyof Resource> {
  readonly logits: boolean;
}

/** A view that is the same for all lanes and iterations, with a clock that stands still. */
interface FixedView {
  readonly table: GPUBuffer;
  readonly clock: GPUBuffer;
}

function allocate(
  gpu: Gpu,
  { preprocessing }: Model,
  {
    network: { batch, classes },
    transformed,
    unitLayers,
  }: { readonly network: Network; readonly transformed: boolean; readonly unitLayers: number },
  made: ResourceStack,
): GraphBuffers {
  const { image, mean } = preprocessing;
  const outcome = made.use(gpu.buffer('outcome', 4 * outcomeFloats(batch)));
  // Where nothing is divided by a power of two, the power is 1.
  gpu.write(outcome, new Float32Array(batch).fill(1), 4 * outcomeRows.scale * batch);
  const shape = { values: 0, inputValues: 0, batch, unitLayers };
  return {
    images: made.use(gpu.buffer('pictures', 4 * batch * imageWords(image))),
    mean: made.use(gpu.bufferFrom('mean', mean)),
    imageGradient: made.use(gpu.buffer('d image', 4 * volume(image) * batch)),
    classWeights: made.use(gpu.buffer('class weights', 4 * classMeasures.length * classes * batch)),
    watched: made.use(gpu.buffer('watched classes', 4 * batch)),
    outcome,
    judged: transformed ? made.use(gpu.buffer('judged outcome', 4 * outcomeFloats(batch))) : outcome,
    parts: made.use(gpu.buffer('sums', 4 * sumParts(shape) * batch)),
    clock: made.use(gpu.buffer('clock', 8)),
    views: transformed ? made.use(gpu.buffer('views', 32 * mostIterations * batch)) : undefined,
  };
}

function fixedView({ gpu, model, batch }: Binding, made: ResourceStack): FixedView {
  const view = plainView(model.preprocessing, model.architecture.input);
  const table = affineTable(Array.from({ length: batch }, () => view));
  return {
    table: made.use(gpu.bufferFrom('plain view', table)),
    clock: made.use(gpu.buffer('clock that stands still', 8)),
  };
}

async function seePlainly(binding: Binding, { table, clock }: FixedView): Promise<Program[]> {
  const { network, buffers } = binding;
  return [
    new Program([await bindView(binding, table, clock, true)]),
    network.forward,
    new Program([...(await bindObjective(binding, buffers.outcome)), ...(await bindSums(binding))]),
    network.backward,
    new Program([await bindAdjoint(binding, table, clock, true)]),
  ];
}

async function seeTransformed(binding: Binding, fixed: FixedView, views: GPUBuffer): Promise<Program[]> {
  const { gpu, network, buffers } = binding;
  const judging = await bind(gpu, 'judge', judgeObjective(objectiveShape(binding)), {
    logits: network.logits,
    weights: buffers.classWeights,
    watched: buffers.watched,
    outcome: buffers.judged,
  });
  return [
    new Program([await bindView(binding, fixed.table, fixed.clock, true)]),
    network.forward,
    new Program([judging, ...(await bindSums(binding))]),
    new Program([await bindView(binding, views, buffers.clock, false)]),
    network.forward,
    new Program(await bindObjective(binding, buffers.outcome)),
    network.backward,
    new Program([await bindAdjoint(binding, views, buffers.clock, false)]),
  ];
}

function viewShape({ model, batch }: Binding, clamp: boolean): AffineViewShape {
  const { architecture, preprocessing } = model;
  const [channels, imageHeight, imageWidth] = preprocessing.image;
  const [, height, width] = architecture.input;
  const { scale, channelOrder } = preprocessing;
  const reverseChannels = channelOrder === 'bgr';
  return { channels, imageHeight, imageWidth, height, width, batch, clamp, reverseChannels, scale };
}

function bindView(binding: Binding, table: GPUBuffer, clock: GPUBuffer, clamp: boolean): Promise<Dispatch> {
  const { gpu, network, buffers } = binding;
  const { images, mean } = buffers;
  const tensors = { images, mean, maps: table, clock, x: network.input };
  return bind(gpu, 'view', affineView(viewShape(binding, clamp)), tensors);
}

function bindAdjoint(
  binding: Binding,
  table: GPUBuffer,
  clock: GPUBuffer,
  clamp: boolean,
): Promise<Dispatch> {
  const { gpu, network, buffers } = binding;
  if (!network.inputGradient) throw new Error('the network was made without a gradient of its input');
  const tensors = { maps: table, clock, dinput: network.inputGradient, dx: buffers.imageGradient };
  return bind(gpu, 'view gradient', affineViewAdjoint(viewShape(binding, clamp)), tensors);
}

const objectiveShape = ({ network, units, batch }: Binding) => ({
  classes: network.classes,
  batch,
  // What begins at other layers is not divided by anything.
  rescale: units.length === 0,
});

async function bindObjective(binding: Binding, outcome: GPUBuffer): Promise<Dispatch[]> {
  const { gpu, network, buffers, logits } = binding;
  const { classWeights, watched } = buffers;
  const tensors = { logits: network.logits, weights: classWeights, watched, outcome };
  const shape = objectiveShape(binding);
  if (!logits) return [await bind(gpu, 'objective', judgeObjective(shape), tensors)];
  if (!network.logitsGradient) throw new Error('the backward pass does not begin at the logits');
  return [
    await bind(gpu, 'objective', differentiateObjective(shape), {
      ...tensors,
      gradient: network.logitsGradient,
    }),
  ];
}

/** What the units of other layers come to, and the square of the input. */
async function bindSums({ gpu, network, buffers, units, batch }: Binding): Promise<Dispatch[]> {
  const bytes = 4 * productFloats(batch);
  const part = (index: number) => ({ buffer: buffers.parts, offset: index * bytes, size: bytes });
  const inputValues = volume(network.architecture.input);
  const squares = await bind(gpu, 'input norm', batchedDot(inputValues, batch), {
    a: network.input,
    b: network.input,
    partial: part(1),
  });
  const sums = units.map((layer, index) => {
    const { extent, activations, gradient } = sourceOf(network, layer);
    const tensors = { a: activations, b: gradient, partial: part(2 + index) };
    return bind(gpu, `units of ${layer}`, batchedDot(volume(extent), batch), tensors);
  });
  return [squares, ...(await Promise.all(sums))];
}

/** @throws Error where the network was made without it */
export function sourceOf({ gradientSources }: Network, layer: string): GradientSource {
  const source = gradientSources.get(layer);
  if (!source) throw new Error(`no gradient begins at ${layer}`);
  return source;
}

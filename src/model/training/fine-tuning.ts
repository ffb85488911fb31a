/**
 * Trains a network further on pictures that come in batches from the host, all of its layers or the dense ones alone. Where
 * convolutions stay as they are, their activations are computed once for each picture and kept.
 */
import type { Gpu } from '../../gpu/device.ts';
import { Program, run } from '../../gpu/program.ts';
import type { Choices } from '../../gpu/tuning.ts';
import { noImage } from '../../kernels/image/view.ts';
import { unfoldFactors, foldFactors, type Unfolded } from '../../network/factors.ts';
import { extents, volume, type Architecture } from '../../network/layer.ts';
import { createNetwork, type Network } from '../../network/network.ts';
import { parameterShapes } from '../../network/parameter-shapes.ts';
import { isDense, weightName, type Weights, type WeightTensor } from '../../network/parameters.ts';
import { bindView, createDescender, type Descender, type Descent } from '../../network/trainer.ts';
import { downloadParameters, uploadParameters } from '../../network/upload.ts';
import { ResourceStack, freedBy, type Resource } from '../../util/resources.ts';
import { viewShape } from '../classifier.ts';
import { imageWords, padPlanes } from '../../image/image-layout.ts';
import type { Model } from '../model.ts';
import type { Stepper } from './training.ts';
import { viewsOf } from '../crops.ts';

/** Labelled pictures that need not fit into memory together. */
export interface PictureSet {
  readonly count: number;
  /** Class of each. */
  readonly targets: ArrayLike<number>;
  /** Bytes [channels, height, width] of one, of the size that the model looks at. */
  readonly read: (picture: number) => Promise<Uint8Array>;
}

export const trainedLayers = ['dense', 'all'] as const;
export type TrainedLayers = (typeof trainedLayers)[number];

export interface FineTuningStart {
  readonly firstStep?: number;
  readonly choices?: Choices | undefined;
}

export interface FineTuner extends Resource, Stepper, Pick<Descender, 'network' | 'state'> {
  /** As they are now, in the form of the model that was given; dense weights as halves. */
  weights(): Promise<Weights>;
}

/** Bytes of kept activations, of some 14,000 pictures in AlexNet. */
const mostKept = 2 ** 29;
/** Pictures whose activations are computed at once. */
const mostAtOnce = 16;

/** Layers that follow the last convolution and its pool. */
export function splitBeforeDense({ name, input, layers }: Architecture): {
  readonly trunk: Architecture;
  readonly head: Architecture;
} {
  const before = layers.findIndex(({ kind }) => ['adaptive-average-pool', 'dropout', 'dense'].includes(kind));
  if (before < 1) throw new RangeError(`${name} has no convolutions before its dense layers`);
  const trunk = { name: `${name}, convolutions`, input, layers: layers.slice(0, before) };
  const middle = extents(trunk).at(-1) ?? input;
  return { trunk, head: { name: `${name}, dense layers`, input: middle, layers: layers.slice(before) } };
}

/** @param seed of what dropout drops */
export async function createFineTuner(
  gpu: Gpu,
  model: Model,
  pictures: PictureSet,
  layers: TrainedLayers,
  descent: Descent,
  seed: number,
  start: FineTuningStart = {},
): Promise<FineTuner> {
  const split = layers === 'dense' ? splitBeforeDense(model.architecture) : undefined;
  const trained = split?.head ?? model.architecture;
  const unfolded = unfoldFactors(trained, model.weights, model.name);
  const { architecture, frozen } = unfolded;
  using made = new ResourceStack();
  const parameters = made.use(await uploadParameters(gpu, architecture, unfolded.weights, model.name));
  const how = { ...start, frozen };
  const descender = made.use(await createDescender(gpu, architecture, parameters, descent, seed, how));
  const { network, state } = descender;
  const feed = split
    ? await activationsFeed(gpu, model, split.trunk, pictures, network, start.choices, made)
    : await picturesFeed(gpu, model, pictures, network, made);
  const held = made.move();
  return {
    network,
    state,
    ...freedBy(held),
    async step(chosen, rate) {
      const targets = Uint32Array.from(chosen, (picture) => pictures.targets[picture] ?? 0);
      descender.descend(targets, rate, await feed(chosen));
    },
    loss: () => descender.loss(),
    async weights() {
      const found = await downloadParameters(gpu, architecture, parameters);
      return asStored(model, trained, unfolded, found);
    },
  };
}

/** Puts the pictures of a step where the network reads them. @returns what the device has to do for it */
type Feed = (chosen: Uint32Array) => Promise<Program | undefined>;

/** Pictures as bytes, shown to the network by its own view. @param made takes what it holds on the device */
async function picturesFeed(
  gpu: Gpu,
  model: Model,
  pictures: PictureSet,
  network: Pick<Network, 'input' | 'batch'>,
  made: ResourceStack,
): Promise<Feed> {
  const { image, crop, mean } = model.preprocessing;
  const { batch } = network;
  const images = made.use(gpu.buffer('pictures of this step', 4 * batch * imageWords(image)));
  const source = made.use(gpu.buffer('pictures shown', 4 * batch));
  const [centre] = viewsOf(image, crop, 1);
  if (!centre) throw new Error('no view');
  const to = { images, source, network };
  const shown = made.use(await bindView(gpu, viewShape(model, batch, 1), centre, mean, to));
  const program = new Program([shown.dispatch]);
  const plane = image[1] * image[2];
  return async (chosen) => {
    const bytes = new Uint8Array(chosen.length * volume(image));
    const read = await Promise.all(Array.from(chosen, (picture) => pictures.read(picture)));
    for (const [place, picture] of read.entries()) bytes.set(picture, place * volume(image));
    gpu.write(images, padPlanes(bytes, plane));
    gpu.write(
      source,
      Uint32Array.from({ length: batch }, (_, place) => (place < chosen.length ? place : noImage)),
    );
    return program;
  };
}

/** Activations of layers that stay as they are: kept as far as there is room for them, else computed again. */
async function activationsFeed(
  gpu: Gpu,
  model: Model,
  trunk: Architecture,
  pictures: PictureSet,
  { input, batch }: Pick<Network, 'input' | 'batch'>,
  choices: Choices | undefined,
  made: ResourceStack,
): Promise<Feed> {
  const parameters = made.use(await uploadParameters(gpu, trunk, model.weights, model.name));
  const atOnce = Math.min(mostAtOnce, batch);
  const network = made.use(await createNetwork(gpu, trunk, parameters, { batch: atOnce, choices }));
  const show = await picturesFeed(gpu, model, pictures, network, made);
  const values = network.classes;
  const kept = new Map<number, Float32Array>();
  const compute = async (some: Uint32Array) => {
    const shown = await show(some);
    run(gpu, ...(shown ? [shown] : []), network.forward);
    const all = new Float32Array(await gpu.read(network.logits, 4 * values * atOnce));
    return Array.from(some, (_, place) =>
      Float32Array.from({ length: values }, (_, value) => all[value * atOnce + place] ?? 0),
    );
  };
  return async (chosen) => {
    const found = new Map<number, Float32Array>();
    for (const picture of chosen) {
      const known = kept.get(picture);
      if (known) found.set(picture, known);
    }
    const missing = chosen.filter((picture) => !found.has(picture));
    for (let first = 0; first < missing.length; first += atOnce) {
      const some = missing.subarray(first, first + atOnce);
      for (const [index, activations] of (await compute(some)).entries()) {
        const picture = some[index] ?? 0;
        found.set(picture, activations);
        if (4 * values * kept.size < mostKept) kept.set(picture, activations);
      }
    }
    const inputs = new Float32Array(values * batch);
    for (const [place, picture] of chosen.entries()) {
      const activations = found.get(picture);
      for (let value = 0; value < values; value++) inputs[value * batch + place] = activations?.[value] ?? 0;
    }
    gpu.write(input, inputs);
    return undefined;
  };
}

/** What was trained in the place of what was there: factors as factors, and numbers of no more bits than files need. */
function asStored(
  model: Model,
  trained: Architecture,
  { weights: begun }: Unfolded,
  found: Weights,
): Weights {
  const dense = new Set(
    parameterShapes(model.architecture)
      .filter(isDense)
      .map(({ layer }) => weightName(layer)),
  );
  const named = new Map(
    [...found].map(([name, { shape, data }]): [string, WeightTensor] => {
      const dtype = dense.has(name) ? 'F16' : begun.get(name)?.dtype;
      return [name, { shape, data, ...(dtype && { dtype }) }];
    }),
  );
  return new Map([...model.weights, ...foldFactors(trained, named, model.weights)]);
}

/**
 * Trains a network on a labelled image set, everything on the device: the images travel there once as bytes, a step
 * sends only the numbers of its images. The order of images and the first weights follow from the seed.
 */
import type { DeviceMemory, Gpu } from '../gpu/device.ts';
import { Program, bind, run, type Dispatch } from '../gpu/program.ts';
import type { Choices } from '../gpu/tuning.ts';
import { noImage, view, viewTable, type ImageView, type ViewShape } from '../kernels/image/view.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';
import { ResourceStack, freedBy, type Resource } from '../util/resources.ts';
import type { Architecture } from './layer.ts';
import { createNetwork, type Network } from './network.ts';
import { parameterShapes } from './parameter-shapes.ts';
import { createUpdate } from './parameter-update.ts';
import { weightName, type Parameters, type WeightTensor } from './parameters.ts';

/** Labelled images as a trainer takes them. */
export interface TrainingSet {
  /** Bytes [count, channels, height, width], every channel padded to whole words of four pixels. */
  readonly images: Uint8Array<ArrayBuffer>;
  /** Class of each image. */
  readonly targets: Uint8Array;
  readonly count: number;
}

/** Hyper-parameters of stochastic gradient descent, with Caffe's names in brackets. */
export interface Descent {
  /** Images per step [batch_size], a multiple of 4. */
  readonly batch: number;
  /** [base_lr]; biases learn twice as fast. */
  readonly rate: number;
  readonly momentum: number;
  /** L2 penalty of weights, not of biases [weight_decay]. */
  readonly decay: number;
}

/** How a training goes on that was begun earlier. */
export interface TrainerStart {
  /** Number of the first step, counted from 0: what dropout drops follows from it. */
  readonly firstStep?: number;
  /** Which variants the kernels are; default: the device's tuning. */
  readonly choices?: Choices | undefined;
  /** Names of parameters that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
}

/** What a step queues, independently of where its inputs come from. It holds all but the parameters, which were given. */
export interface Descender extends Resource {
  readonly network: Network;
  /**
   * All that steps change and build on, by name: parameters and their velocities, in the layout of the device. Whoever goes on
   * with a training writes here before the first step.
   */
  readonly state: ReadonlyMap<string, DeviceMemory>;
  /**
   * Queues one step on what the network's input holds.
   * @param targets class of each image, [batch]
   * @param rate the learning rate of this step
   * @param before what makes the input, where that is the device's work
   */
  descend(targets: Uint32Array<ArrayBuffer>, rate: number, before?: Program): void;
  /** Mean loss of the images of the last step; waits for it. */
  loss(): Promise<number>;
}

/** Steps over the images of a training set. */
export interface Trainer extends Resource, Pick<Descender, 'network' | 'state' | 'loss'> {
  /** Queues one step. @param rate the learning rate of this step */
  step(images: Uint32Array<ArrayBuffer>, rate: number): void;
}

/** Images in the order in which an epoch shows them. */
export function epochOrder(count: number, seed: number, epoch: number): Uint32Array<ArrayBuffer> {
  return RandomStream.of(seed, streams.trainingOrder, epoch).permutation(count);
}

/** First weights as Caffe's "xavier" filler draws them: uniform within ±√(3 / fan-in); biases are zero. */
export function initialWeights(architecture: Architecture, seed: number): Map<string, WeightTensor> {
  const weights = new Map<string, WeightTensor>();
  for (const [index, { layer, groups, outputs, depth, fileShape }] of parameterShapes(
    architecture,
  ).entries()) {
    const random = RandomStream.of(seed, streams.initialWeights, index);
    const reach = Math.sqrt(3 / depth);
    const data = Float32Array.from(
      { length: groups * outputs * depth },
      () => (2 * random.uniform() - 1) * reach,
    );
    weights.set(weightName(layer), { shape: fileShape, data });
    weights.set(`${layer}.bias`, { shape: [groups * outputs], data: new Float32Array(groups * outputs) });
  }
  return weights;
}

/**
 * Makes what trains a network on the device, step by step.
 * @param parameters changed in place by every step
 * @param shape how images become inputs; its batch is that of the descent
 * @param seed of what dropout drops
 */
export async function createTrainer(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
  data: TrainingSet,
  shape: ViewShape,
  mean: Float32Array<ArrayBuffer>,
  descent: Descent,
  seed: number,
  start: TrainerStart = {},
): Promise<Trainer> {
  const { batch } = descent;
  using made = new ResourceStack();
  const descender = made.use(await createDescender(gpu, architecture, parameters, descent, seed, start));
  const { network, state } = descender;
  const images = made.use(gpu.bufferFrom('training images', data.images));
  const source = made.use(gpu.buffer('images of this step', 4 * batch));
  const whole = { top: 0, left: 0, height: shape.height, width: shape.width, mirrored: false };
  const view = made.use(await bindView(gpu, shape, whole, mean, { images, source, network }));
  const shown = new Program([view.dispatch]);
  const held = made.move();
  return {
    network,
    state,
    ...freedBy(held),
    step(chosen, rate) {
      const pictures = Uint32Array.from({ length: batch }, (_, place) => chosen[place] ?? noImage);
      gpu.write(source, pictures);
      descender.descend(
        pictures.map((image) => data.targets[image] ?? 0),
        rate,
        shown,
      );
    },
    loss: () => descender.loss(),
  };
}

/** The kernel that shows images to a network, and the tables that it reads. */
export interface BoundView extends Resource {
  readonly dispatch: Dispatch;
}

/** Shows a network one view of each of `shape.batch` images, those that `source` names. */
export async function bindView(
  gpu: Gpu,
  shape: ViewShape,
  shown: ImageView,
  mean: Float32Array<ArrayBuffer>,
  {
    images,
    source,
    network,
  }: { readonly images: GPUBuffer; readonly source: GPUBuffer; readonly network: Pick<Network, 'input'> },
): Promise<BoundView> {
  using made = new ResourceStack();
  const views = made.use(gpu.bufferFrom('views', viewTable([shown])));
  const meanBuffer = made.use(gpu.bufferFrom('mean', mean));
  const dispatch = await bind(gpu, 'view', view({ ...shape, views: 1 }), {
    images,
    source,
    views,
    mean: meanBuffer,
    x: network.input,
  });
  const held = made.move();
  return {
    dispatch,
    ...freedBy(held),
  };
}

/**
 * @param parameters changed in place by every step, but for those of `start.frozen`
 * @param seed of what dropout drops
 */
export async function createDescender(
  gpu: Gpu,
  architecture: Architecture,
  parameters: Parameters,
  { batch, momentum, decay }: Descent,
  seed: number,
  { firstStep = 0, choices, frozen }: TrainerStart = {},
): Promise<Descender> {
  using made = new ResourceStack();
  const network = made.use(
    await createNetwork(gpu, architecture, parameters, {
      batch,
      choices,
      gradients: { input: false, parameters: true },
      loss: 'cross-entropy',
      training: true,
    }),
  );
  const { loss } = network;
  if (!loss) throw new Error('the network records no loss');
  const trained = new Map([...network.parameterGradients].filter(([name]) => frozen?.has(name) !== true));
  const update = await createUpdate(gpu, architecture, parameters, network, trained, made);
  const nothing = new Program([]);
  let steps = firstStep;
  // Before the first step the parameters may have been written from outside.
  let turned = false;
  const held = made.move();
  return {
    network,
    ...freedBy(held),
    state: new Map([...parameters, ...update.velocities]),
    descend(targets, rate, before = nothing) {
      const { key } = RandomStream.of(seed, streams.dropout, steps++);
      if (network.dropoutKey) gpu.write(network.dropoutKey, Uint32Array.from(key));
      gpu.write(loss.targets, targets);
      gpu.write(update.rates, Float32Array.of(rate, momentum, decay, 0));
      const turn = turned ? nothing : network.turnWeights;
      turned = update.turns;
      run(gpu, before, turn, network.forward, loss.program, network.backward, update.program);
    },
    async loss() {
      const values = new Float32Array(await gpu.read(loss.losses, 4 * batch));
      return values.reduce((sum, value) => sum + value, 0) / batch;
    },
  };
}

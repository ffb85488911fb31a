/**
 * Image bytes → confidences and log-odds, all on the device: view, forward pass, softmax, mean over the views. Images beyond one
 * batch are taken in turns within the same submission.
 */
import type { Gpu } from '../gpu/device.ts';
import { uniformUsage } from '../gpu/device.ts';
import { GpuLimitError, formatBytes } from '../gpu/errors.ts';
import { Program, bind, type Dispatch } from '../gpu/program.ts';
import type { Choices } from '../gpu/tuning.ts';
import { confidence } from '../kernels/layers/softmax.ts';
import { noImage, view, viewTable, type ViewShape } from '../kernels/image/view.ts';
import {
  activationBytes,
  askForNetwork,
  createNetwork,
  fewImages,
  type Network,
} from '../network/network.ts';
import { extents, volume } from '../network/layer.ts';
import { type DenseStorage, type Parameters } from '../network/parameters.ts';
import { ResourceStack, freedBy, type Resource } from '../util/resources.ts';
import { uploadParameters } from '../network/upload.ts';
import { imageWords } from '../image/image-layout.ts';
import type { Model } from './model.ts';
import { randomViews, viewsOf, type RandomViews } from './crops.ts';

/** How many images a classifier judges at a time, in which views, in how much memory. */
export interface ClassifierOptions {
  /** Images judged by one call. */
  readonly images: number;
  readonly crops: 1 | 10;
  /** In place of the crops. */
  readonly randomViews?: RandomViews;
  /** Bytes that activations may take; the batch follows from it. */
  readonly memoryBudget?: number;
  /** Weights that are on the device already, else the model's are copied there. */
  readonly parameters?: Parameters;
  /** How those hold dense weights; default: f32. */
  readonly denseStorage?: DenseStorage;
  /** Variants of the network's kernels; default: by the device's tuning. */
  readonly choices?: Choices | undefined;
}

/** Holds a network and its images on the device; parameters that were given are whose they were. */
export interface Classifier extends Resource {
  readonly model: Model;
  /** Bytes [images, channels, plane words · 4]; a population renders into it. */
  readonly images: GPUBuffer;
  /** [classes, images]. */
  readonly confidences: GPUBuffer;
  /** Of those confidences, where they round to 1 as well: [classes, images]. */
  readonly logOdds: GPUBuffer;
  readonly network: Network;
  readonly program: Program;
  /** Views of an image. */
  readonly views: number;
  /** Parts of the program, each for some of the images: the index of the first, and what is done. */
  readonly turns: readonly { readonly first: number; readonly dispatches: readonly Dispatch[] }[];
}

export const defaultMemoryBudget = 512 * 2 ** 20;

/** @throws GpuLimitError when not even one image fits the budget, or the images do not fit a binding */
export async function createClassifier(
  gpu: Gpu,
  model: Model,
  options: ClassifierOptions,
): Promise<Classifier> {
  const { images: count, crops, denseStorage = 'f32' } = options;
  const { preprocessing } = model;
  const views = options.randomViews
    ? randomViews(preprocessing, options.randomViews)
    : viewsOf(preprocessing.image, preprocessing.crop, crops);
  const turn = imagesPerTurn(gpu, model, count, views.length, options.memoryBudget ?? defaultMemoryBudget);
  const batch = Math.ceil((turn * views.length) / 4) * 4;
  const few = fewImages(turn * views.length, batch);
  const how = { batch, ...few, denseStorage, choices: options.choices };
  const classes = volume(extents(model.architecture).at(-1) ?? [0, 0, 0]);
  const shape = shownAs(model, batch, views.length, options.randomViews);
  const answers = { classes, batch, images: turn, views: views.length, allImages: count };
  const layout = { shape, count, turn, seeing: view(shape), judging: confidence(answers) };
  // They are compiled while the weights are on their way.
  gpu.pipelines.askFor([layout.seeing.kernel, layout.judging.kernel]);
  askForNetwork(gpu, model.architecture, how);
  using made = new ResourceStack();
  const parameters =
    options.parameters ??
    made.use(await uploadParameters(gpu, model.architecture, model.weights, model.name, denseStorage));
  const network = made.use(await createNetwork(gpu, model.architecture, parameters, how));
  const images = made.use(gpu.buffer('images', 4 * count * imageWords(preprocessing.image)));
  const confidences = made.use(gpu.buffer('confidences', 4 * network.classes * count));
  const logOdds = made.use(gpu.buffer('log-odds', 4 * network.classes * count));
  const viewBuffer = made.use(gpu.bufferFrom('views', viewTable(views)));
  const mean = made.use(gpu.bufferFrom('mean', preprocessing.mean));
  const shared = { images, confidences, logOdds, viewBuffer, mean };
  const turns = await createTurns(gpu, network, shared, layout, made);
  const held = made.move();
  const own = freedBy(held);
  const program = new Program(turns.flatMap(({ dispatches }) => dispatches));
  return { model, images, confidences, logOdds, network, program, views: views.length, turns, ...own };
}

/** Buffers that all turns share. */
type SharedBuffers = Readonly<
  Record<'images' | 'confidences' | 'logOdds' | 'viewBuffer' | 'mean', GPUBuffer>
>;

/** How all images are judged in turns of some, and by which kernels beside the network's. */
interface Layout {
  readonly shape: ViewShape;
  /** Images in all. */
  readonly count: number;
  /** Images of a turn. */
  readonly turn: number;
  readonly seeing: ReturnType<typeof view>;
  readonly judging: ReturnType<typeof confidence>;
}

/** What a view shader is made for. */
function shownAs(model: Model, batch: number, views: number, randomViews?: RandomViews): ViewShape {
  const planned = viewShape(model, batch, views);
  if (!randomViews) return planned;
  // Only a view that is resized may look beyond the edge.
  return { ...planned, resize: planned.resize || randomViews.shift > 0, noise: randomViews.noise };
}

/** @param made takes the buffers of each turn */
async function createTurns(
  gpu: Gpu,
  network: Network,
  { images, confidences, logOdds, viewBuffer, mean }: SharedBuffers,
  { shape, count, turn, seeing, judging }: Layout,
  made: ResourceStack,
): Promise<Classifier['turns']> {
  const { batch, views } = shape;
  const turns: { first: number; dispatches: Dispatch[] }[] = [];
  for (let first = 0; first < count; first += turn) {
    const sources = Math.ceil(batch / views);
    const source = Uint32Array.from({ length: sources }, (_, place) =>
      place < turn && first + place < count ? first + place : noImage,
    );
    const start = made.use(gpu.bufferFrom('first image', Uint32Array.of(first, 0, 0, 0), uniformUsage));
    const sourceBuffer = made.use(gpu.bufferFrom('source', source));
    const seen = await bind(gpu, 'view', seeing, {
      images,
      source: sourceBuffer,
      views: viewBuffer,
      mean,
      x: network.input,
    });
    const judged = await bind(gpu, 'confidence', judging, {
      logits: network.logits,
      result: confidences,
      first: start,
      log_odds: logOdds,
    });
    turns.push({ first, dispatches: [seen, ...network.forward.dispatches, judged] });
  }
  return turns;
}

export function viewShape({ architecture, preprocessing }: Model, batch: number, views: number): ViewShape {
  const { image, crop, channelOrder, scale } = preprocessing;
  return {
    channels: architecture.input[0],
    imageHeight: image[1],
    imageWidth: image[2],
    height: architecture.input[1],
    width: architecture.input[2],
    batch,
    views,
    resize:
      Math.min(crop, image[1]) !== architecture.input[1] ||
      Math.min(crop, image[2]) !== architecture.input[2],
    reverseChannels: channelOrder === 'bgr',
    scale,
  };
}

/**
 * Inputs of a turn on drivers that compute on the CPU: what a layer leaves is still in the caches when the next one reads it, so that ten
 * times the images take no more than ten times as long.
 */
const mostOnCpu = 256;

/** As many images at once as memory and bindings allow, on CPU drivers no more than pay, in turns of equal size. */
function imagesPerTurn(gpu: Gpu, model: Model, count: number, views: number, budget: number): number {
  const perFour = activationBytes(gpu, model.architecture, 4);
  // All activations together bound the largest single one, which must fit a binding.
  const bytes = Math.min(budget, gpu.limits.maxStorageBufferBindingSize, gpu.limits.maxBufferSize);
  const inputs = Math.floor(bytes / perFour) * 4;
  const paying = gpu.adapter.kind === 'gpu' ? count : Math.max(1, Math.floor(mostOnCpu / views));
  const most = Math.min(paying, Math.floor(inputs / views));
  if (most < 1) {
    throw new GpuLimitError(
      `${model.name}: one image in ${String(views)} views needs ${formatBytes((perFour * views) / 4)} of activations; ${formatBytes(bytes)} may be used`,
    );
  }
  const turns = Math.ceil(count / Math.min(most, count));
  return Math.ceil(count / turns);
}

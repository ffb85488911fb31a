/**
 * Whether the layers that a file lists are those of an architecture: kinds, windows and numbers, in order. Where a file differs,
 * its weights would make another network here than the one that was trained.
 */
import { WeightFileError } from '../formats/weight-file-error.ts';
import {
  isWeighted,
  type AffineLayer,
  type ConvolutionWindow,
  type FileLayer,
  type PoolLayer,
  type WeightedLayer,
} from '../formats/weight-file.ts';
import {
  doesSomething,
  layersInPlace,
  type Architecture,
  type Extent,
  type Layer,
  type LayerInPlace,
} from '../network/layer.ts';
import { definitionOf } from '../network/layers/index.ts';
import { sentence, type Sentence } from '../util/sentence.ts';

/** A layer with weights, and what is done to each of its outputs before anything else. */
export interface FoldedLayer {
  readonly layer: WeightedLayer;
  readonly affines: readonly AffineLayer[];
}

/**
 * @param layers of the file, as many with weights as the architecture has
 * @throws WeightFileError naming the first layer that differs
 */
export function foldedLayers(
  layers: readonly FileLayer[],
  architecture: Architecture,
  fileName: string,
): FoldedLayer[] {
  const folded: { layer: WeightedLayer; affines: AffineLayer[] }[] = [];
  const plain: FileLayer[] = [];
  let isDirect = false;
  for (const layer of layers) {
    if (layer.kind === 'affine' && isDirect) {
      folded.at(-1)?.affines.push(layer);
      continue;
    }
    isDirect = isWeighted(layer);
    if (isWeighted(layer)) folded.push({ layer, affines: [] });
    plain.push(layer);
  }
  compare(plain, architecture, fileName);
  return folded;
}

function compare(layers: readonly FileLayer[], architecture: Architecture, fileName: string): void {
  const tellsAll = layers.some((layer) => !isWeighted(layer));
  const wanted = rectifiedFirst(
    layersInPlace(architecture).filter(({ layer, input }) =>
      tellsAll ? doesSomething(layer, input, false) : definitionOf(layer).parameters !== undefined,
    ),
    ({ layer }) => layer.kind,
  );
  const given = rectifiedFirst(
    layers.slice(0, answersFrom(layers)).filter((layer) => !poolsSingleValues(layer)),
    ({ kind }) => kind,
  );
  for (let index = 0; index < Math.max(wanted.length, given.length); index++) {
    const difference = differenceOf(given[index], wanted[index]);
    if (difference === undefined) continue;
    const before = given[index - 1];
    const place = before === undefined ? 'at its beginning' : `after ${before.name}`;
    throw new WeightFileError(
      sentence`${fileName}: ${place} the file has ${difference}; with these weights ${architecture.name} would be another network than the one in the file`,
    );
  }
}

/** Where what a network ends with begins. */
const answersFrom = (layers: readonly FileLayer[]): number =>
  layers.findLastIndex(({ kind }) => kind !== 'answer') + 1;

/** Pooling over single values leaves everything as it is. */
const poolsSingleValues = (layer: FileLayer): boolean =>
  layer.kind === 'average-pool' &&
  layer.window !== undefined &&
  [...layer.window.kernel, ...layer.window.stride].every((size) => size === 1);

/** The largest of rectified values is the largest one, rectified: the two orders are the same, and one stands for both. */
function rectifiedFirst<T>(items: readonly T[], kindOf: (item: T) => string): T[] {
  const sorted = [...items];
  for (let index = 1; index < sorted.length; index++) {
    const [before, item] = [sorted[index - 1], sorted[index]];
    if (before === undefined || item === undefined) continue;
    if (kindOf(before) === 'max-pool' && kindOf(item) === 'relu') {
      sorted.splice(index - 1, 2, item, before);
    }
  }
  return sorted;
}

/** In words; undefined where there is none. */
function differenceOf(given: FileLayer | undefined, wanted: LayerInPlace | undefined): Sentence | undefined {
  const expected = wanted ? `${wanted.layer.kind} ${wanted.layer.name}` : 'nothing more';
  if (given === undefined) return sentence`nothing more where ${expected} is expected`;
  const found = describe(given);
  if (!wanted) return sentence`${found} where ${expected} is expected`;
  const { layer } = wanted;
  const isSame =
    given.kind === layer.kind ||
    (given.kind === 'convolution' && layer.kind === 'dense') ||
    (given.kind === 'average-pool' && layer.kind === 'adaptive-average-pool');
  if (!isSame) return sentence`${found} where ${expected} is expected`;
  const other = otherNumbers(given, wanted);
  return other && sentence`${found} with ${other[0]} where ${expected} has ${other[1]}`;
}

function describe(layer: FileLayer): Sentence {
  if (isWeighted(layer)) return sentence`${layer.kind} ${layer.name}`;
  const reason = layer.kind === 'other' && layer.reason !== undefined ? sentence`; ${layer.reason}` : '';
  const fold =
    layer.kind === 'affine' ? '; only right behind a convolution or a dense layer can it be folded' : '';
  return sentence`${layer.name} (${layer.operator}${reason}${fold})`;
}

type Different = readonly [found: string, expected: string];

/** What the two say of one thing, where they do not say the same. */
function otherNumbers(given: FileLayer, { layer, input, output }: LayerInPlace): Different | undefined {
  if (given.kind === 'convolution' && layer.kind === 'convolution') return otherWindow(given.window, layer);
  if (given.kind === 'convolution' && layer.kind === 'dense') {
    // A convolution over the whole of its input, for which the stride does not matter.
    const padding = given.window?.padding ?? [];
    return padding.some((size) => size !== 0) ? [`padding ${padding.join(', ')}`, 'none'] : undefined;
  }
  if (given.kind === 'lrn' && layer.kind === 'lrn') {
    for (const key of ['size', 'alpha', 'beta', 'k'] as const)
      if (Math.abs(given[key] - layer[key]) > 1e-5 * Math.abs(layer[key]))
        return [`${key} ${String(given[key])}`, String(layer[key])];
    return undefined;
  }
  if (given.kind === 'max-pool' && layer.kind === 'max-pool') {
    const windows = [layer.size, layer.stride];
    return otherPool(given, windows, input, output);
  }
  if (given.kind === 'average-pool' && layer.kind === 'adaptive-average-pool') {
    const size = input[1] / output[1];
    return otherPool(given, [size, size], input, output);
  }
  return undefined;
}

function otherWindow(
  window: ConvolutionWindow | undefined,
  { stride, padding, groups }: Extract<Layer, { kind: 'convolution' }>,
): Different | undefined {
  if (!window) return undefined;
  const rows: readonly (readonly [string, readonly number[], number])[] = [
    ['stride', window.stride, stride],
    ['padding', window.padding, padding],
    ['dilation', window.dilation, 1],
    ['groups', [window.groups], groups],
  ];
  const other = rows.find(([, numbers, expected]) => numbers.some((number) => number !== expected));
  return other && [`${other[0]} ${other[1].join(', ')}`, String(other[2])];
}

/** Windows that run over the end count as rounding up, in whichever way the file has them. */
function otherPool(
  { window, roundsUp }: PoolLayer,
  [size = 0, stride = 0]: readonly number[],
  input: Extent,
  output: Extent,
): Different | undefined {
  const sides = [input[1], input[2]];
  const kernel = window?.kernel ?? sides;
  if (kernel.some((length) => length !== size)) return [`windows of ${kernel.join(' × ')}`, String(size)];
  if (!window) return undefined;
  if (window.stride.some((step) => step !== stride))
    return [`stride ${window.stride.join(', ')}`, String(stride)];
  const [top = 0, left = 0, bottom = 0, right = 0] = window.padding;
  if (top !== 0 || left !== 0) return [`padding ${window.padding.join(', ')}`, 'none'];
  const found = sides.map((side, axis) => {
    const room = side + (axis === 0 ? bottom : right) - size;
    return (roundsUp ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  });
  const expected = [output[1], output[2]];
  return found.join() === expected.join()
    ? undefined
    : [`${found.join(' × ')} outputs`, expected.join(' × ')];
}

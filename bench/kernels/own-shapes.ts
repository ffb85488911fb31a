/** The notation of each family's shapes; see `shape-notation.ts`. */
import { UsageError } from '../../src/cli/usage-error.ts';
import type { ConvShape } from '../../src/kernels/conv2d/conv-shape.ts';
import type { LrnShape } from '../../src/kernels/layers/lrn.ts';
import type { MatmulShape } from '../../src/kernels/matmul/matmul-shape.ts';
import type { PoolShape } from '../../src/kernels/layers/max-pool.ts';
import { outputExtent } from '../../src/network/layer.ts';
import type { AxisWord, Notation, OwnShape } from './shape-notation.ts';
import { shapeText } from './shape-notation.ts';

const axis = (meaning: string, least = 1, ...sets: string[]): AxisWord => ({ sets, least, meaning });

const image = {
  channels: axis('channels that come in', 1, 'channels'),
  height: axis('rows of the input', 1, 'height'),
  width: axis('columns of the input', 1, 'width'),
  side: axis('rows and columns of the input', 1, 'height', 'width'),
};
const batch = { batch: axis('images: 1, 2 or a multiple of 4', 1, 'batch') };
const imageExtent = ['channels', 'height', 'width'] as const;

const none = { decimals: {}, flags: [] } as const;

const kernelExtent = ['kernel height', 'kernel width'] as const;
const windowExtent = ['window height', 'window width'] as const;

const convolution: Notation = {
  ...none,
  example: '64x56x56 3x3 pad 1 out 128 batch 8',
  axes: {
    ...image,
    kernel: axis('rows and columns of the kernel', 1, ...kernelExtent),
    stride: axis('pixels from one window to the next', 1, 'stride'),
    pad: axis('rows and columns of zeros around the input', 0, 'pad'),
    out: axis('channels that go out', 1, 'out'),
    groups: axis('of channels, each convolved by itself', 1, 'groups'),
    ...batch,
  },
  extents: [imageExtent, kernelExtent],
  defaults: { stride: 1, pad: 0, groups: 1, batch: 1 },
};

const product: Notation = {
  ...none,
  example: '1000x16x4096',
  axes: {
    rows: axis('of the result', 1, 'rows'),
    columns: axis('of the result', 1, 'columns'),
    depth: axis('what is summed over', 1, 'depth'),
    size: axis('rows, columns and depth', 1, 'rows', 'columns', 'depth'),
  },
  extents: [['rows', 'columns', 'depth']],
  flags: ['relu'],
  defaults: {},
};

const passes = ['forward', 'gradient'] as const;

const pool: Notation = {
  example: '96x55x55 3x3 stride 2 batch 8',
  axes: {
    ...image,
    window: axis('rows and columns of the window', 1, ...windowExtent),
    stride: axis('pixels from one window to the next', 1, 'stride'),
    ...batch,
  },
  extents: [imageExtent, windowExtent],
  decimals: {},
  flags: [...passes, 'floor'],
  defaults: { batch: 1 },
};

const normalisation: Notation = {
  example: '96x27x27 size 5 batch 8',
  axes: { ...image, size: axis('channels that normalise one, odd', 1, 'size'), ...batch },
  extents: [imageExtent],
  decimals: { alpha: 1e-4, beta: 0.75, k: 1 },
  flags: passes,
  defaults: { size: 5, batch: 1 },
};

const rectifier: Notation = {
  example: '96x55x55 batch 8',
  axes: { ...image, ...batch },
  extents: [imageExtent],
  decimals: {},
  flags: passes,
  defaults: { batch: 1 },
};

/** By family. */
export const notations: Readonly<Record<string, Notation>> = {
  conv2d: { ...convolution, flags: ['relu'] },
  'conv2d-input-gradient': convolution,
  'conv2d-weight-gradient': convolution,
  winograd: { ...convolution, example: '256x13x13 3x3 pad 1 out 384 batch 16' },
  matmul: product,
  'max-pool': pool,
  lrn: normalisation,
  relu: rectifier,
};

/** Numbers by name; all are there in what a notation gave. */
function take<Name extends string>({ numbers }: OwnShape, ...names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, numbers[name] ?? NaN])) as Record<Name, number>;
}

/** @throws UsageError */
function refuse(shape: OwnShape, notation: Notation, why: string): never {
  throw new UsageError(`--shape-of "${shapeText(shape, notation)}": ${why}`);
}

/** Kernels take one or two images, or fours. */
function checkBatch(shape: OwnShape, notation: Notation, fewest = 1): void {
  const { batch: images } = take(shape, 'batch');
  const fits = images % 4 === 0 || (fewest === 1 && images <= 2);
  const takes = fewest === 1 ? '1 or 2 images, or a multiple of 4' : 'a multiple of 4 images';
  if (!fits) refuse(shape, notation, `this kernel takes ${takes}, not ${String(images)}`);
}

/** @throws UsageError for a shape that no convolution has */
export function convShapeOf(shape: OwnShape, family: string): ConvShape {
  const notation = notations[family] ?? convolution;
  const { channels, height, width } = take(shape, ...imageExtent);
  const { 'kernel height': kernelHeight, 'kernel width': kernelWidth } = take(shape, ...kernelExtent);
  const { stride, pad, out, groups, batch } = take(shape, 'stride', 'pad', 'out', 'groups', 'batch');
  checkBatch(shape, notation, family === 'conv2d-weight-gradient' ? 4 : 1);
  if (channels % groups !== 0 || out % groups !== 0) {
    const counts = `${String(channels)} channels in and ${String(out)} out`;
    refuse(shape, notation, `${counts} do not share out among ${String(groups)} groups`);
  }
  if (pad >= Math.min(kernelHeight, kernelWidth))
    refuse(
      shape,
      notation,
      `pad ${String(pad)} is as wide as the kernel: windows of it would see zeros alone`,
    );
  const across = (length: number, kernel: number) => Math.floor((length + 2 * pad - kernel) / stride) + 1;
  const [outHeight, outWidth] = [across(height, kernelHeight), across(width, kernelWidth)];
  if (Math.min(outHeight, outWidth) < 1) {
    const kernel = `${String(kernelHeight)} × ${String(kernelWidth)}`;
    refuse(shape, notation, `a kernel of ${kernel} is larger than the image with its padding`);
  }
  return {
    groups,
    inChannels: channels,
    outChannels: out,
    inHeight: height,
    inWidth: width,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    stride,
    padding: pad,
    batch,
  };
}

export function matmulShapeOf(shape: OwnShape): MatmulShape {
  return take(shape, 'rows', 'columns', 'depth');
}

/** @throws UsageError for a window that is not square, larger than the image, or larger than a winner's place can tell */
export function poolShapeOf(shape: OwnShape): PoolShape {
  const { channels, height, width, stride, batch } = take(shape, ...imageExtent, 'stride', 'batch');
  const { 'window height': size, 'window width': across } = take(shape, ...windowExtent);
  checkBatch(shape, pool);
  if (size !== across) refuse(shape, pool, 'windows are square');
  if (size > Math.min(16, height, width))
    refuse(shape, pool, `a window of ${String(size)} is larger than the image, or than 16`);
  const rounding = shape.flags.includes('floor') ? 'down' : 'up';
  const layer = { kind: 'max-pool', name: 'pool', size, stride, rounding } as const;
  const [, outHeight, outWidth] = outputExtent(layer, [channels, height, width]);
  return { channels, inHeight: height, inWidth: width, outHeight, outWidth, size, stride, batch };
}

/** @throws UsageError for a number of channels that has no middle */
export function lrnShapeOf(shape: OwnShape): LrnShape {
  const { size, alpha, beta, k } = take(shape, 'size', 'alpha', 'beta', 'k');
  if (size % 2 === 0)
    refuse(shape, normalisation, `size ${String(size)} is even: as many channels on either side`);
  checkBatch(shape, normalisation);
  const { channels, height, width, batch } = take(shape, ...imageExtent, 'batch');
  return { channels, plane: height * width * batch, size, alpha, beta, k };
}

/** Values of the tensor. @throws UsageError */
export function reluValuesOf(shape: OwnShape): number {
  checkBatch(shape, rectifier);
  const { channels, height, width, batch } = take(shape, ...imageExtent, 'batch');
  return channels * height * width * batch;
}

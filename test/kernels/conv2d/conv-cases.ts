/** Shapes that every variant of a convolution and its gradients must get right. */
import type { ConvShape } from '../../../src/kernels/conv2d/conv-shape.ts';
import type { WeightGradientVariant } from '../../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import type { ConvVariant } from '../../../src/kernels/conv2d/conv2d-variants.ts';
import { tileEdges, type Edge, type Matrix } from '../covering-pairs.ts';

function shape(
  inChannels: number,
  outChannels: number,
  inside: readonly [height: number, width: number],
  kernel: readonly [height: number, width: number],
  { stride = 1, padding = 0, groups = 1, batch = 4 },
): ConvShape {
  const [inHeight, inWidth] = inside;
  const [kernelHeight, kernelWidth] = kernel;
  return {
    groups,
    inChannels,
    outChannels,
    inHeight,
    inWidth,
    outHeight: Math.floor((inHeight + 2 * padding - kernelHeight) / stride) + 1,
    outWidth: Math.floor((inWidth + 2 * padding - kernelWidth) / stride) + 1,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    batch,
  };
}

/** Passes for one or two images, whose gradients with respect to weights nobody asks for. */
export const fewImagesCases: readonly ConvCase[] = [
  ['a single image of one pixel', shape(1, 1, [1, 1], [1, 1], { batch: 1 })],
  ['a single image, padding 2, groups 2', shape(6, 20, [9, 17], [5, 5], { padding: 2, groups: 2, batch: 1 })],
  ['a single image, 13 columns', shape(5, 12, [13, 13], [3, 3], { padding: 1, batch: 1 })],
  ['a single image, stride 4, kernel 11', shape(3, 8, [23, 27], [11, 11], { stride: 4, batch: 1 })],
  [
    'two images, stride 2, padding 1',
    shape(4, 10, [6, 37], [3, 2], { stride: 2, padding: 1, groups: 2, batch: 2 }),
  ],
];

export type ConvCase = readonly [what: string, shape: ConvShape];

export const convCases: readonly ConvCase[] = [
  ['one pixel, one channel', shape(1, 1, [1, 1], [1, 1], {})],
  ['pointwise, no channel count a multiple of 4', shape(3, 5, [3, 2], [1, 1], { batch: 12 })],
  ['pointwise, channels taken four at a time', shape(8, 12, [3, 5], [1, 1], { batch: 4 })],
  ['20 channels of 5 × 5, as in LeNet', shape(1, 20, [9, 8], [5, 5], { batch: 40 })],
  ['50 channels from several', shape(3, 50, [7, 6], [3, 3], { batch: 8 })],
  ['padding 1', shape(2, 3, [5, 5], [3, 3], { padding: 1, batch: 8 })],
  ['padding 2, groups 2', shape(4, 10, [6, 7], [5, 5], { padding: 2, groups: 2, batch: 4 })],
  ['stride 2, height and width differ', shape(2, 6, [8, 11], [3, 2], { stride: 2, padding: 1, batch: 40 })],
  ['stride 4, kernel 11, as in AlexNet', shape(3, 8, [23, 27], [11, 11], { stride: 4, batch: 4 })],
  ['stride larger than the kernel, rows left over', shape(2, 4, [9, 9], [2, 2], { stride: 3, batch: 4 })],
  ['stride as large as the kernel, a row left over', shape(2, 5, [5, 5], [2, 2], { stride: 2, batch: 4 })],
  ['stride larger than the kernel, more left over', shape(3, 4, [4, 6], [2, 2], { stride: 3, batch: 8 })],
  ['stride 2, padding 2, groups 2', shape(4, 8, [9, 8], [5, 5], { stride: 2, padding: 2, groups: 2 })],
  ['more images than a workgroup takes', shape(2, 4, [3, 3], [2, 2], { batch: 300 })],
];

/** Where what a tile reads, or how much of it, depends on the shape. */
const edgesOfShapes: Readonly<Record<string, (shape: ConvShape) => boolean>> = {
  groups: ({ groups }) => groups > 1,
  padding: ({ padding }) => padding > 0,
  'a stride': ({ stride }) => stride > 1,
  'one row': ({ outHeight }) => outHeight === 1,
  'several rows': ({ outHeight }) => outHeight > 1,
};
const edgesOfFewImages: Readonly<Record<string, (shape: ConvShape) => boolean>> = {
  'four images at a time': ({ batch }) => batch % 4 === 0,
  'one image': ({ batch }) => batch === 1,
  'two images': ({ batch }) => batch === 2,
};

const shapeEdges = (edges: typeof edgesOfShapes): Edge<unknown, ConvCase>[] =>
  Object.entries(edges).map(([name, met]) => ({ name, met: (_, [, shape]) => met(shape) }));

/** What so many products that are written out take: long texts take longer than twice as long. */
const compiling = (products: number): number => 10 + products ** 1.5;

/** Variants of convolutions on the cases above; whatever is written out is compiled, and takes its time. */
export function convMatrix(variants: readonly ConvVariant[]): Matrix<ConvVariant, ConvCase> {
  return {
    variants,
    shapes: [...convCases, ...fewImagesCases],
    edges: [
      ...shapeEdges({ ...edgesOfShapes, ...edgesOfFewImages }),
      ...tileEdges<ConvVariant, ConvCase>('channels', ({ entryPoint, rows }, [, { groups, outChannels }]) => {
        return [outChannels / groups, { staged: 32, plain: 1, quads: 4, tap: 4 }[entryPoint] * rows];
      }),
      ...tileEdges<ConvVariant, ConvCase>('columns', ({ pixels }, [, { outWidth }]) => [outWidth, pixels]),
    ],
    // Fewer lanes take more channels at a time where a kernel is one pixel.
    kindOf: ({ entryPoint, lanes }) => (entryPoint === 'quads' ? `quads of ${String(lanes)}` : entryPoint),
    costOf: ({ entryPoint, rows, pixels }, [, { kernelWidth, inChannels, groups }]) => {
      const deep = kernelWidth === 1 && inChannels % (4 * groups) === 0 ? 4 : kernelWidth;
      return compiling(rows * pixels * (entryPoint === 'quads' ? deep : 1));
    },
  };
}

/** Variants of the gradient with respect to weights, for which there are no cases of one or two images. */
export function weightGradientMatrix(
  variants: readonly WeightGradientVariant[],
): Matrix<WeightGradientVariant, ConvCase> {
  return {
    variants,
    shapes: convCases,
    edges: [
      ...shapeEdges(edgesOfShapes),
      ...tileEdges<WeightGradientVariant, ConvCase>('channels', ({ rows }, [, { groups, outChannels }]) => {
        return [outChannels / groups, 4 * rows];
      }),
      ...tileEdges<WeightGradientVariant, ConvCase>('taps', ({ lanes, taps }, [, shape]) => {
        const { groups, inChannels, kernelHeight, kernelWidth } = shape;
        const all = (inChannels / groups) * kernelHeight * kernelWidth;
        return [all, taps === undefined ? kernelWidth : lanes * taps];
      }),
      ...tileEdges<WeightGradientVariant, ConvCase>('images', ({ lanes }, [, { batch }]) => {
        return [batch, 4 * lanes];
      }),
    ],
    kindOf: ({ entryPoint }) => entryPoint,
    costOf: ({ rows, taps }, [, { kernelWidth }]) => compiling(rows * (taps ?? kernelWidth)),
  };
}

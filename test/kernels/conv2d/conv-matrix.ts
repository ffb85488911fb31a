/** What the variants of a convolution and of its gradients do differently at the shapes of their cases. */
import type { ConvShape } from '../../../src/kernels/conv2d/conv-shape.ts';
import { tileOf, type WeightGradientVariant } from '../../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import { weightGradientShapes } from '../../../src/kernels/conv2d/conv2d-weight-gradient.cases.ts';
import type { ConvVariant } from '../../../src/kernels/conv2d/conv2d-variants.ts';
import {
  convShapes,
  fewImagesShapes,
  type NamedConvShape,
} from '../../../src/kernels/conv2d/conv2d.cases.ts';
import { tileEdges, type Edge, type Matrix } from '../covering-pairs.ts';

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

const shapeEdges = (edges: typeof edgesOfShapes): Edge<unknown, NamedConvShape>[] =>
  Object.entries(edges).map(([name, met]) => ({ name, met: (_, [, shape]) => met(shape) }));

/** What so many products that are written out take: long texts take longer than twice as long. */
const compiling = (products: number): number => 10 + products ** 1.5;

/** Variants of convolutions on their shapes; whatever is written out is compiled, and takes its time. */
export function convMatrix(variants: readonly ConvVariant[]): Matrix<ConvVariant, NamedConvShape> {
  return {
    variants,
    shapes: [...convShapes, ...fewImagesShapes],
    edges: [
      ...shapeEdges({ ...edgesOfShapes, ...edgesOfFewImages }),
      ...tileEdges<ConvVariant, NamedConvShape>(
        'channels',
        ({ entryPoint, rows }, [, { groups, outChannels }]) => {
          return [outChannels / groups, { staged: 32, plain: 1, quads: 4, tap: 4 }[entryPoint] * rows];
        },
      ),
      ...tileEdges<ConvVariant, NamedConvShape>('columns', ({ pixels }, [, { outWidth }]) => [
        outWidth,
        pixels,
      ]),
    ],
    // Fewer lanes take more channels at a time where a kernel is one pixel.
    kindOf: ({ entryPoint, lanes }) => (entryPoint === 'quads' ? `quads of ${String(lanes)}` : entryPoint),
    costOf: ({ entryPoint, rows, pixels }, [, { kernelWidth, inChannels, groups }]) => {
      const deep = kernelWidth === 1 && inChannels % (4 * groups) === 0 ? 4 : kernelWidth;
      return compiling(rows * pixels * (entryPoint === 'quads' ? deep : 1));
    },
  };
}

/** Variants of the gradient with respect to weights, for which there are no shapes of one or two images. */
export function weightGradientMatrix(
  variants: readonly WeightGradientVariant[],
): Matrix<WeightGradientVariant, NamedConvShape> {
  return {
    variants,
    shapes: weightGradientShapes,
    edges: [
      ...shapeEdges(edgesOfShapes),
      ...tileEdges<WeightGradientVariant, NamedConvShape>(
        'channels',
        (variant, [, { groups, outChannels }]) => [outChannels / groups, 4 * tileOf(variant).rows],
      ),
      ...tileEdges<WeightGradientVariant, NamedConvShape>('taps', (variant, [, shape]) => {
        const { groups, inChannels, kernelHeight, kernelWidth } = shape;
        const all = (inChannels / groups) * kernelHeight * kernelWidth;
        return [all, variant.taps === undefined ? kernelWidth : tileOf(variant).taps];
      }),
      ...tileEdges<WeightGradientVariant, NamedConvShape>('images', ({ lanes }, [, { batch }]) => {
        return [batch, 4 * lanes];
      }),
    ],
    kindOf: ({ entryPoint }) => entryPoint,
    costOf: ({ rows, taps }, [, { kernelWidth }]) => compiling(rows * (taps ?? kernelWidth)),
  };
}

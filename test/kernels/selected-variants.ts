/** Which variants of a family run which of its cases: all in a full run, else those that cover what they do differently. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Case } from '../../src/kernels/case.ts';
import { conv2dWeightGradientVariants } from '../../src/kernels/conv2d/conv2d-weight-gradient.ts';
import { conv2dVariants } from '../../src/kernels/conv2d/conv2d-variants.ts';
import { rectifiedShapes } from '../../src/kernels/conv2d/conv2d.cases.ts';
import { matmulVariants } from '../../src/kernels/matmul/matmul-variants.ts';
import { rectifiedMatmulShapes } from '../../src/kernels/matmul/matmul.cases.ts';
import { full } from '../support/full.ts';
import { convMatrix, weightGradientMatrix } from './conv2d/conv-matrix.ts';
import { coveringPairs, ofEveryKind, type Matrix } from './covering-pairs.ts';
import { matmulMatrix } from './matmul/matmul-matrix.ts';

interface Named {
  readonly name: string;
}
type NamedShape = readonly [name: string, ...rest: unknown[]];

/** Names of a variant and of a case, in one. */
const pairOf = (variant: string, one: string): string => `${variant}: ${one}`;

/** @param suffix of the cases' names, behind those of their shapes */
const pairsOf = <Variant extends Named, Shape extends NamedShape>(
  matrix: Matrix<Variant, Shape>,
  suffix = '',
): string[] => coveringPairs(matrix).map(([{ name }, [shape]]) => pairOf(name, shape + suffix));

/** Loading halves and storing what is positive are the same for all variants of a kind. */
const readingHalves = matmulVariants.filter(({ entryPoint }) => entryPoint !== 'quads');

const isStaged = ({ entryPoint }: { readonly entryPoint: string }): boolean => entryPoint === 'staged';

/** By family; of one that is not here the first variant runs every case, and every other one the first. */
const coverings: Readonly<Record<string, readonly string[]>> = {
  conv2d: [
    ...pairsOf(convMatrix(conv2dVariants)),
    ...pairsOf(
      { ...ofEveryKind(convMatrix(conv2dVariants)), shapes: rectifiedShapes, edges: [] },
      ', rectified',
    ),
  ],
  // Blocks of pixels are the same in every tile, whose edges are those of the convolution itself.
  'conv2d-input-gradient': pairsOf({ ...convMatrix(conv2dVariants), edges: [] }),
  'conv2d-weight-gradient': [
    ...pairsOf(weightGradientMatrix(conv2dWeightGradientVariants.filter((variant) => !isStaged(variant)))),
    // Drivers of CPUs compile its tiles for seconds.
    ...pairsOf({ ...weightGradientMatrix(conv2dWeightGradientVariants.filter(isStaged)), edges: [] }).slice(
      0,
      1,
    ),
  ],
  'conv2d-max-pool': [
    'quads4x4: padding 2, groups 2',
    'quads4x4: stride 2, height and width differ',
    'quads4x4: more images than a workgroup takes',
    'quads4x4: a single image, padding 2, groups 2',
    'quads4x4: two images, 13 columns',
    'quads4x4: a bias that is no number',
    'staged32x8: one window, one channel',
  ],
  matmul: [
    ...pairsOf(matmulMatrix(matmulVariants)),
    ...pairsOf({ ...ofEveryKind(matmulMatrix(readingHalves)), edges: [] }, ', of halves'),
    ...pairsOf(
      { ...ofEveryKind(matmulMatrix(matmulVariants)), shapes: rectifiedMatmulShapes, edges: [] },
      ', rectified',
    ),
  ],
};

/** A variant is undefined where the case has no choice. */
export type Selected = readonly [one: Case, variant: string | undefined];

export function selectedVariants(gpu: Gpu, family: string, cases: readonly Case[]): Selected[] {
  const covering = coverings[family] && new Set(coverings[family]);
  return cases.flatMap((one, place): Selected[] => {
    if (one.compilesLong && !full) return [];
    const { choice } = one.launch(gpu);
    if (!choice) return [[one, undefined]];
    return choice.allowed
      .filter((name, rank) => full || (covering?.has(pairOf(name, one.name)) ?? (place === 0 || rank === 0)))
      .map((name): Selected => [one, name]);
  });
}

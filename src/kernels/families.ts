/** Families that have several variants, so that a check can run through all of them. */
import { conv2dInputGradientVariants } from './conv2d-input-gradient.ts';
import { conv2dWeightGradientVariants } from './conv2d-weight-gradient.ts';
import { conv2dVariants } from './conv2d.ts';
import { matmulVariants } from './matmul.ts';
import type { Variant } from './variant.ts';

export interface Family {
  /** Name of the shader and of the module. */
  readonly name: string;
  readonly variants: readonly Variant[];
}

export const families: readonly Family[] = [
  { name: 'conv2d', variants: conv2dVariants },
  { name: 'conv2d-input-gradient', variants: conv2dInputGradientVariants },
  { name: 'conv2d-weight-gradient', variants: conv2dWeightGradientVariants },
  { name: 'matmul', variants: matmulVariants },
];

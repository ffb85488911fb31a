/** The families that leave something to be chosen: what a table of choices may name, and what makes it stale. */
import conv2dSource from '../../shaders/conv2d/conv2d.wgsl';
import conv2dQuads from '../../shaders/conv2d/conv2d-quads.wgsl';
import weightGradientSource from '../../shaders/conv2d/conv2d-weight-gradient.wgsl';
import weightGradientQuads from '../../shaders/conv2d/conv2d-weight-gradient-quads.wgsl';
import matmulSource from '../../shaders/matmul/matmul.wgsl';
import matmulQuads from '../../shaders/matmul/matmul-quads.wgsl';
import { specialiserText } from '../wgsl/specialise.ts';
import { conv2dWeightGradientVariants } from './conv2d/conv2d-weight-gradient.ts';
import { conv2dVariants } from './conv2d/conv2d.ts';
import { matmulVariants } from './matmul/matmul.ts';
import type { Variant } from './tuning/variant.ts';

export interface Family {
  readonly variants: readonly Variant[];
  readonly sources: readonly string[];
}

const convolution: Family = { variants: conv2dVariants, sources: [conv2dSource, conv2dQuads] };

/** By name. */
export const families: Readonly<Record<string, Family>> = {
  conv2d: convolution,
  'conv2d-input-gradient': convolution,
  'conv2d-weight-gradient': {
    variants: conv2dWeightGradientVariants,
    sources: [weightGradientSource, weightGradientQuads],
  },
  matmul: { variants: matmulVariants, sources: [matmulSource, matmulQuads] },
};

/** Text that changes whenever a kernel that was measured might: shaders, variants with their tiles, and what specialises them. */
export const familiesText = (): string => JSON.stringify(families) + specialiserText();

/**
 * The families that have variants: what the tuner measures, and what makes measured choices stale. `cases.ts` lists all
 * families, for tests and the bench.
 */
import { specialiserText } from '../wgsl/specialise.ts';
import { conv2dInputGradientFamily } from './conv2d/conv2d-input-gradient.ts';
import { conv2dMaxPoolFamily } from './conv2d/conv2d-max-pool.ts';
import { conv2dWeightGradientFamily } from './conv2d/conv2d-weight-gradient.ts';
import { conv2dFamily } from './conv2d/conv2d.ts';
import { matmulFamily } from './matmul/matmul.ts';
import type { KernelFamily } from './family.ts';
import type { Variant } from './tuning/variant.ts';

/** A family that has several variants. */
export type TunedFamily = KernelFamily & { readonly variants: readonly Variant[] };

const all: readonly TunedFamily[] = [
  conv2dFamily,
  conv2dMaxPoolFamily,
  conv2dInputGradientFamily,
  conv2dWeightGradientFamily,
  matmulFamily,
];

/** By name. */
export const tunedFamilies: Readonly<Record<string, TunedFamily>> = Object.fromEntries(
  all.map((family) => [family.name, family]),
);

/** Text that changes whenever a kernel that was measured might: shaders, variants with their tiles, and what specialises them. */
export function familiesText(): string {
  return (
    JSON.stringify(all.map(({ name, shaders, variants }) => ({ name, shaders, variants }))) +
    specialiserText()
  );
}

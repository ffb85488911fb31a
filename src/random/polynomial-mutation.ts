/**
 * Polynomial mutation (Deb and Goyal 1996; paper §2.2): a gene moves by up to the whole range [0, 1], small
 * steps being likelier the larger the index. `shaders/genome/direct.wgsl` does the same on the device.
 */

import { sixteenthRoot } from './fixed-math.ts';

/** The paper's distribution index η_m: steps follow a root of degree η_m + 1. */
export const mutationIndex = 15;

/**
 * @param gene in [0, 1]
 * @param uniform in [0, 1): one random number
 */
export function polynomialMutation(gene: number, uniform: number): number {
  const step = uniform < 0.5 ? sixteenthRoot(2 * uniform) - 1 : 1 - sixteenthRoot(2 * (1 - uniform));
  return Math.min(1, Math.max(0, gene + step));
}

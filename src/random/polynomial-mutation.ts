/**
 * Polynomial mutation (Deb and Goyal 1996; paper §2.2): a gene moves by up to the whole range [0, 1], small
 * steps being likelier the larger the index. `shaders/direct.wgsl` does the same on the device.
 */

/** The paper's distribution index η_m. */
export const mutationIndex = 15;

/**
 * @param gene in [0, 1]
 * @param uniform in [0, 1): one random number
 */
export function polynomialMutation(gene: number, uniform: number, index: number = mutationIndex): number {
  const exponent = 1 / (index + 1);
  const step = uniform < 0.5 ? (2 * uniform) ** exponent - 1 : 1 - (2 * (1 - uniform)) ** exponent;
  return Math.min(1, Math.max(0, gene + step));
}

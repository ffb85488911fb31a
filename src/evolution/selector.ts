/** Draws parents: uniformly from the occupied cells (paper §2.2). Varying them is the encoding's business. */
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';

/**
 * The cell of each child's parent.
 * @param occupied numbers of the occupied cells; at least one
 */
export function uniformSelector(
  occupied: readonly number[],
  population: number,
  seed: number,
  generation: number,
): Uint32Array<ArrayBuffer> {
  const random = RandomStream.of(seed, streams.parents, generation);
  return Uint32Array.from({ length: population }, () => occupied[random.below(occupied.length)] ?? 0);
}

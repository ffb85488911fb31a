/** The CPPN whose weights are climbed when nobody brings an evolved one. */
import { mutateCppn, randomCppn } from '../encodings/cppn-genome.ts';
import type { CppnGenome } from '../encodings/encoding.ts';
import { RandomStream } from '../random/threefry.ts';

/**
 * A random CPPN that has been mutated so often, as evolution mutates it (paper §2.3): mutation gives it its hidden nodes.
 * @param path names the random stream beside the seed
 * @param outputs channels of the picture
 */
export function ascentGenome(
  seed: number,
  path: readonly number[],
  outputs: number,
  mutations: number,
): CppnGenome {
  const random = RandomStream.of(seed, ...path);
  let genome = randomCppn(outputs, random);
  for (let mutation = 0; mutation < mutations; mutation++) genome = mutateCppn(genome, random);
  return genome;
}

/** The CPPN whose weights are climbed where no evolved one is given. */
import { mutateCppn, randomCppn } from '../../genome/cppn-genome.ts';
import type { CppnGenome } from '../../genome/genome.ts';
import type { RandomStream } from '../../random/threefry.ts';

/**
 * A random CPPN that has been mutated so often, as evolution mutates it (paper §2.3): mutation gives it its hidden nodes.
 * @param outputs channels of the picture
 */
export function ascentGenome(random: RandomStream, outputs: number, mutations: number): CppnGenome {
  return mutateCppn(randomCppn(outputs, random), random, mutations);
}

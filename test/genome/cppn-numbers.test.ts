import { expect, test } from 'vitest';
import { mutateCppn, randomCppn } from '../../src/genome/cppn-genome.ts';
import { genomesOf, numbersOf } from '../../src/genome/cppn-numbers.ts';
import type { CppnGenome } from '../../src/genome/genome.ts';
import { RandomStream } from '../../src/random/threefry.ts';

/** Of one and three channels, as they are after so many mutations. */
function grown(index: number): CppnGenome {
  let genome = randomCppn(index % 2 === 0 ? 1 : 3, RandomStream.of(7, 1, index));
  for (let times = 0; times < index; times++)
    genome = mutateCppn(genome, RandomStream.of(7, 2, index, times));
  return genome;
}

test('genomes come back from their numbers as they were, to the last bit and the order of their keys', () => {
  const genomes = Array.from({ length: 60 }, (_, index) => grown(index));
  expect(Math.max(...genomes.map(({ nodes }) => nodes.length))).toBeGreaterThan(5);
  expect(JSON.stringify(genomesOf(numbersOf(genomes)))).toBe(JSON.stringify(genomes));
});

test('no genomes and empty ones are numbers too', () => {
  const empty: CppnGenome = { encoding: 'cppn', nodes: [], connections: [] };
  expect(genomesOf(numbersOf([]))).toEqual([]);
  expect(genomesOf(numbersOf([empty, empty]))).toEqual([empty, empty]);
});

/**
 * CPPNs as one array of numbers, for another thread: a thousand genomes are tens of thousands of small objects, which take
 * 130 ms to be cloned for a worker, and a few as an array that is handed over.
 */
import { activationFunctions, type CppnConnection, type CppnGenome, type CppnNode } from './genome.ts';

/** Of each genome: nodes, then id, role and function of each, connections, then source, target and weight of each. */
export function numbersOf(genomes: readonly CppnGenome[]): Float64Array<ArrayBuffer> {
  const length = genomes.reduce(
    (sum, { nodes, connections }) => sum + 2 + 3 * (nodes.length + connections.length),
    0,
  );
  const numbers = new Float64Array(length);
  let at = 0;
  for (const { nodes, connections } of genomes) {
    numbers[at++] = nodes.length;
    for (const { id, role, activation } of nodes) {
      numbers[at++] = id;
      numbers[at++] = role === 'output' ? 0 : 1;
      numbers[at++] = activationFunctions.indexOf(activation);
    }
    numbers[at++] = connections.length;
    for (const { source, target, weight } of connections) {
      numbers[at++] = source;
      numbers[at++] = target;
      numbers[at++] = weight;
    }
  }
  return numbers;
}

/** The genomes that `numbersOf` was given. */
export function genomesOf(numbers: Float64Array): CppnGenome[] {
  const genomes: CppnGenome[] = [];
  let at = 0;
  const next = (): number => numbers[at++] ?? 0;
  const several = <One>(make: () => One): One[] => Array.from({ length: next() }, make);
  while (at < numbers.length) {
    const nodes = several((): CppnNode => {
      const [id, role] = [next(), next() === 0 ? 'output' : 'hidden'] as const;
      return { id, role, activation: activationFunctions[next()] ?? 'linear' };
    });
    const connections = several((): CppnConnection => ({ source: next(), target: next(), weight: next() }));
    genomes.push({ encoding: 'cppn', nodes, connections });
  }
  return genomes;
}

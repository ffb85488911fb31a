/** Genomes that evolution would seldom make. */
import { activationFunctions, type CppnGenome, type CppnNode } from '../../src/genome/genome.ts';
import { RandomStream } from '../../src/random/threefry.ts';

const hiddenNode = (id: number): CppnNode => ({
  id,
  role: 'hidden',
  activation: activationFunctions[id % activationFunctions.length]!,
});

/** One output that adds up a layer of hidden nodes, each with two inputs: as many values at once as there are nodes. */
export function wideGenome(hidden: number): CppnGenome {
  const ids = Array.from({ length: hidden }, (_, index) => 5 + index);
  const random = RandomStream.of(17, hidden);
  const weight = (size: number) => size * (2 * random.uniform() - 1);
  return {
    encoding: 'cppn',
    nodes: [{ id: 4, role: 'output', activation: 'linear' }, ...ids.map(hiddenNode)],
    connections: ids.flatMap((id) => [
      { source: id % 4, target: id, weight: weight(2) },
      { source: (id + 1) % 4, target: id, weight: weight(2) },
      { source: id, target: 4, weight: weight(3 / Math.sqrt(hidden)) },
    ]),
  };
}

/** A node behind the other, from an input to the one output. */
export function chainGenome(length: number): CppnGenome {
  return {
    encoding: 'cppn',
    nodes: Array.from({ length }, (_, index) => ({
      ...hiddenNode(4 + index),
      role: index === 0 ? 'output' : 'hidden',
    })),
    connections: Array.from({ length }, (_, index) => ({
      source: index === length - 1 ? 0 : 5 + index,
      target: 4 + index,
      weight: 1,
    })),
  };
}

/** Any graph without a cycle: nodes in random order, each fed by up to `fanIn` of the inputs and of those before it. */
export function randomGraph(seed: number, count: number, fanIn: number, outputs: number): CppnGenome {
  const random = RandomStream.of(seed, count);
  const ids = Array.from({ length: count }, (_, index) => 4 + index);
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [ids[last], ids[other]] = [ids[other]!, ids[last]!];
  }
  // The outputs come first in a genome, wherever they stand in the graph.
  const nodes = Array.from({ length: count }, (_, index): CppnNode => {
    return { ...hiddenNode(4 + index), role: index < outputs ? 'output' : 'hidden' };
  });
  const connections = ids.flatMap((target, place) => {
    const sources = Array.from({ length: random.below(fanIn + 1) }, () => random.below(place + 4));
    return [...new Set(sources)].map((source) => ({
      source: source < 4 ? source : ids[source - 4]!,
      target,
      weight: 4 * random.uniform() - 2,
    }));
  });
  return { encoding: 'cppn', nodes, connections };
}

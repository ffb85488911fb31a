/** Random CPPN genomes and their mutation, by the published settings (paper §2.3). */
import { polynomialMutation } from '../random/polynomial-mutation.ts';
import type { RandomStream } from '../random/threefry.ts';
import {
  activationFunctions,
  type ActivationFunction,
  type CppnConnection,
  type CppnGenome,
  type CppnNode,
} from './genome.ts';

/** The inputs are the nodes 0 to 3. */
export const inputNames = ['x', 'y', 'distance', 'bias'] as const;
export const inputCount = inputNames.length;

/** Weights lie in [−largestWeight, largestWeight]. */
export const largestWeight = 10;

/** A genome stops growing here: 1,024 values can be held at once, which is all of them and the inputs. */
export const mostNodes = 1000;

/** Probabilities per child, of the published settings. */
export const cppnRates = {
  weight: 0.1,
  activation: 0.1,
  addConnection: 0.5,
  deleteConnection: 0.3,
  addNode: 0.5,
  deleteNode: 0.2,
} as const;

/** All inputs joined to all outputs, no hidden node, random weights and functions. */
export function randomCppn(outputs: number, random: RandomStream): CppnGenome {
  const nodes = Array.from({ length: outputs }, (_, index): CppnNode => {
    return { id: inputCount + index, role: 'output', activation: randomActivation(random) };
  });
  const connections = nodes.flatMap(({ id }) =>
    inputNames.map((_, source): CppnConnection => ({ source, target: id, weight: randomWeight(random) })),
  );
  return { encoding: 'cppn', nodes, connections };
}

/**
 * Whether a genome from a file could have grown here; cycles are found when it is flattened.
 * @throws RangeError saying what is wrong with it
 */
export function checkCppn({ nodes, connections }: CppnGenome): void {
  const ids = new Set(nodes.map(({ id }) => id));
  if (nodes.length > mostNodes) {
    throw new RangeError(
      `a CPPN of ${String(nodes.length)} nodes; at most ${String(mostNodes)} can be drawn`,
    );
  }
  if (ids.size < nodes.length) throw new RangeError('a CPPN with two nodes of the same number');
  const input = nodes.find(({ id }) => id < inputCount);
  if (input) throw new RangeError(`a CPPN whose node ${String(input.id)} has the number of an input`);
  for (const { source, target } of connections) {
    if (ids.has(target) && (ids.has(source) || source < inputCount)) continue;
    throw new RangeError(
      `a CPPN with a connection from ${String(source)} to ${String(target)}, which is not there`,
    );
  }
}

/** A mutated copy; never a cycle, never a lost output. */
export function mutateCppn(parent: CppnGenome, random: RandomStream): CppnGenome {
  let nodes = parent.nodes.map((node): CppnNode => {
    return random.chance(cppnRates.activation) ? { ...node, activation: randomActivation(random) } : node;
  });
  let connections = parent.connections.map((connection): CppnConnection => {
    return random.chance(cppnRates.weight)
      ? { ...connection, weight: mutateWeight(connection.weight, random.uniform()) }
      : connection;
  });
  if (random.chance(cppnRates.addConnection)) connections = addConnection(nodes, connections, random);
  if (random.chance(cppnRates.deleteConnection)) connections = deleteConnection(connections, random);
  if (random.chance(cppnRates.addNode)) ({ nodes, connections } = addNode(nodes, connections, random));
  if (random.chance(cppnRates.deleteNode)) ({ nodes, connections } = deleteNode(nodes, connections, random));
  return { encoding: 'cppn', nodes, connections };
}

type Nodes = CppnNode[];
type Connections = CppnConnection[];

/** Joins two nodes that are not joined yet, if the pair drawn can be without a cycle; a few draws are made. */
function addConnection(nodes: Nodes, connections: Connections, random: RandomStream): Connections {
  const sources = [...inputNames.keys(), ...nodes.map(({ id }) => id)];
  for (let attempt = 0; attempt < 10; attempt++) {
    const source = sources[random.below(sources.length)];
    const target = nodes[random.below(nodes.length)]?.id;
    if (source === undefined || target === undefined) continue;
    const joined = connections.some((other) => other.source === source && other.target === target);
    if (joined || reaches(connections, target, source)) continue;
    return [...connections, { source, target, weight: randomWeight(random) }];
  }
  return connections;
}

function deleteConnection(connections: Connections, random: RandomStream): Connections {
  const chosen = random.below(Math.max(1, connections.length));
  return connections.filter((_, index) => index !== chosen);
}

/** Splits a connection; both halves keep its weight. */
function addNode(
  nodes: Nodes,
  connections: Connections,
  random: RandomStream,
): { nodes: Nodes; connections: Connections } {
  const split = connections[random.below(Math.max(1, connections.length))];
  if (!split || nodes.length >= mostNodes) return { nodes, connections };
  const id = 1 + nodes.reduce((most, node) => Math.max(most, node.id), inputCount - 1);
  const node: CppnNode = { id, role: 'hidden', activation: randomActivation(random) };
  const halves = [
    { source: split.source, target: id, weight: split.weight },
    { source: id, target: split.target, weight: split.weight },
  ];
  return {
    nodes: [...nodes, node],
    connections: [...connections.filter((other) => other !== split), ...halves],
  };
}

/** Removes a hidden node with its connections. */
function deleteNode(
  nodes: Nodes,
  connections: Connections,
  random: RandomStream,
): { nodes: Nodes; connections: Connections } {
  const hidden = nodes.filter(({ role }) => role === 'hidden');
  const removed = hidden[random.below(Math.max(1, hidden.length))]?.id;
  if (removed === undefined) return { nodes, connections };
  return {
    nodes: nodes.filter(({ id }) => id !== removed),
    connections: connections.filter(({ source, target }) => source !== removed && target !== removed),
  };
}

/** Whether values flow from one node to another; a node reaches itself. */
function reaches(connections: readonly CppnConnection[], from: number, to: number): boolean {
  const seen = new Set([from]);
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === to) return true;
    for (const { source, target } of connections) {
      if (source === node && !seen.has(target)) {
        seen.add(target);
        open.push(target);
      }
    }
  }
  return false;
}

function randomActivation(random: RandomStream): ActivationFunction {
  return activationFunctions[random.below(activationFunctions.length)] ?? 'sine';
}

function randomWeight(random: RandomStream): number {
  return (2 * random.uniform() - 1) * largestWeight;
}

/** The weight is a gene in [0, 1] mapped to [−10, 10]. */
function mutateWeight(weight: number, uniform: number): number {
  const gene = (weight / largestWeight + 1) / 2;
  return (2 * polynomialMutation(gene, uniform) - 1) * largestWeight;
}

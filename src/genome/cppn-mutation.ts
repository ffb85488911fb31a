/** Random CPPNs and their mutation, by the published settings (paper §2.3), on genomes in columns. */
import { polynomialMutation } from '../random/polynomial-mutation.ts';
import { Gaps } from '../random/gaps.ts';
import type { RandomStream } from '../random/threefry.ts';
import type { CppnGenomes } from './cppn-genomes.ts';
import { inputCount } from './cppn-inputs.ts';
import { activationFunctions } from './genome.ts';

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

const activationGaps = new Gaps(cppnRates.activation);
const weightGaps = new Gaps(cppnRates.weight);

/** Pairs of nodes that are drawn for a new connection. */
const attempts = 10;

/** All inputs joined to all outputs, no hidden node, random weights and functions. @returns its number */
export function addRandomCppn(genomes: CppnGenomes, random: RandomStream): number {
  const { outputs } = genomes;
  const genome = genomes.begin(outputs, inputCount * outputs);
  for (let output = 0; output < outputs; output++)
    genomes.addNode(inputCount + output, randomActivation(random));
  for (let output = 0; output < outputs; output++) {
    for (let input = 0; input < inputCount; input++)
      genomes.addConnection(input, output, randomWeight(random));
  }
  return genome;
}

/** A mutated copy behind the others; never a cycle, never a lost output. @returns its number */
export function addMutatedCppn(
  genomes: CppnGenomes,
  parents: CppnGenomes,
  parent: number,
  random: RandomStream,
): number {
  const child = genomes.copy(parents, parent);
  mutateActivations(genomes, child, random);
  mutateWeights(genomes, child, random);
  random.draw();
  const isJoined = random.first < cppnRates.addConnection;
  const isCut = random.second < cppnRates.deleteConnection;
  random.draw();
  const isSplit = random.first < cppnRates.addNode;
  const isShrunk = random.second < cppnRates.deleteNode;
  if (isJoined) addConnection(genomes, child, random);
  if (isCut) deleteConnection(genomes, child, random);
  if (isSplit) splitConnection(genomes, child, random);
  if (isShrunk) deleteNode(genomes, child, random);
  return child;
}

function mutateActivations({ activations, nodeStarts }: CppnGenomes, child: number, random: RandomStream) {
  const end = nodeStarts[child + 1] ?? 0;
  for (let node = nodeStarts[child] ?? 0; ; node++) {
    random.draw();
    node += activationGaps.next(random.first);
    if (node >= end) return;
    activations[node] = Math.floor(random.second * activationFunctions.length);
  }
}

function mutateWeights({ weights, connectionStarts }: CppnGenomes, child: number, random: RandomStream) {
  const end = connectionStarts[child + 1] ?? 0;
  for (let connection = connectionStarts[child] ?? 0; ; connection++) {
    random.draw();
    connection += weightGaps.next(random.first);
    if (connection >= end) return;
    weights[connection] = mutateWeight(weights[connection] ?? 0, random.second);
  }
}

/** Joins two nodes that are not joined yet, if a pair drawn can be without a cycle. */
function addConnection(genomes: CppnGenomes, child: number, random: RandomStream): void {
  const nodes = genomes.nodesOf(child);
  for (let attempt = 0; attempt < attempts; attempt++) {
    random.draw();
    const source = Math.floor(random.first * (inputCount + nodes));
    const node = Math.floor(random.second * nodes);
    if (areJoined(genomes, child, source, node) || dependsOn(genomes, child, source, node)) continue;
    genomes.addConnection(source, node, randomWeight(random));
    return;
  }
}

function deleteConnection(genomes: CppnGenomes, child: number, random: RandomStream): void {
  const connections = genomes.connectionsOf(child);
  const chosen = random.below(Math.max(1, connections));
  if (connections > 0) genomes.removeConnection(chosen);
}

/** Puts a node into a connection; both halves keep its weight. */
function splitConnection(genomes: CppnGenomes, child: number, random: RandomStream): void {
  const connections = genomes.connectionsOf(child);
  const chosen = random.below(Math.max(1, connections));
  if (connections === 0 || genomes.nodesOf(child) >= mostNodes) return;
  const place = (genomes.connectionStarts[child] ?? 0) + chosen;
  const source = genomes.sources[place] ?? 0;
  const weight = genomes.weights[place] ?? 0;
  const target = targetOf(genomes, child, chosen);
  const node = genomes.addNode(freshId(genomes, child), randomActivation(random));
  genomes.removeConnection(chosen);
  genomes.addConnection(source, node, weight);
  genomes.addConnection(inputCount + node, target, weight);
}

function deleteNode(genomes: CppnGenomes, child: number, random: RandomStream): void {
  const hidden = genomes.nodesOf(child) - genomes.outputs;
  const chosen = random.below(Math.max(1, hidden));
  if (hidden > 0) genomes.removeNode(genomes.outputs + chosen);
}

function areJoined(genomes: CppnGenomes, child: number, source: number, node: number): boolean {
  const { ends, sources } = genomes;
  const place = (genomes.nodeStarts[child] ?? 0) + node;
  const start = genomes.connectionStarts[child] ?? 0;
  const end = start + (ends[place] ?? 0);
  for (let at = node === 0 ? start : start + (ends[place - 1] ?? 0); at < end; at++)
    if (sources[at] === source) return true;
  return false;
}

/** Nodes that a search has come across, by its number, so that nothing is cleared between two. */
const seen = new Uint32Array(mostNodes);
const path = new Uint32Array(mostNodes);
let searches = 0;

function nextSearch(): number {
  if (searches === 2 ** 32 - 1) {
    seen.fill(0);
    searches = 0;
  }
  return ++searches;
}

/** Whether a value is that of the node, or follows from it. */
function dependsOn(genomes: CppnGenomes, child: number, value: number, node: number): boolean {
  if (value < inputCount) return false;
  const { ends, sources } = genomes;
  const nodeStart = genomes.nodeStarts[child] ?? 0;
  const start = genomes.connectionStarts[child] ?? 0;
  const search = nextSearch();
  let depth = 0;
  path[depth++] = value - inputCount;
  while (depth > 0) {
    const at = path[--depth] ?? 0;
    if (at === node) return true;
    const end = start + (ends[nodeStart + at] ?? 0);
    let place = at === 0 ? start : start + (ends[nodeStart + at - 1] ?? 0);
    for (; place < end; place++) {
      const source = (sources[place] ?? 0) - inputCount;
      if (source < 0 || seen[source] === search) continue;
      seen[source] = search;
      path[depth++] = source;
    }
  }
  return false;
}

/** The node that a connection leads to. */
function targetOf({ ends, nodeStarts }: CppnGenomes, child: number, connection: number): number {
  const start = nodeStarts[child] ?? 0;
  let node = start;
  while ((ends[node] ?? Infinity) <= connection) node++;
  return node - start;
}

/** A number that no node of the genome has. */
function freshId({ ids, nodeStarts }: CppnGenomes, child: number): number {
  const end = nodeStarts[child + 1] ?? 0;
  let most = inputCount - 1;
  for (let node = nodeStarts[child] ?? 0; node < end; node++) most = Math.max(most, ids[node] ?? 0);
  return most + 1;
}

const randomActivation = (random: RandomStream): number => random.below(activationFunctions.length);

function randomWeight(random: RandomStream): number {
  return (2 * random.uniform() - 1) * largestWeight;
}

/** The weight is a gene in [0, 1] mapped to [−10, 10]. */
function mutateWeight(weight: number, uniform: number): number {
  const gene = (weight / largestWeight + 1) / 2;
  return (2 * polynomialMutation(gene, uniform) - 1) * largestWeight;
}

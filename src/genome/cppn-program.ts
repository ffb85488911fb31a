/**
 * Flattens CPPN genomes into what `shaders/genome/cppn.wgsl` interprets: nodes in topological order, each followed by its
 * incoming connections. In that order every node sees its sources' final values, which is what the published
 * settings reach by iterating as many steps as the longest path. Nodes that no output depends on are left out.
 *
 * A value stands in a slot until its last use; then the slot is given out again, so that a chain of nodes takes two,
 * whatever its length. Outputs keep their slots to the end.
 */
import { mostSlots } from '../kernels/genome/cppn-values.ts';
import { activationFunctions, type CppnGenome, type CppnNode } from './genome.ts';
import { inputCount } from './cppn-genome.ts';

export interface FlatCppn {
  /** Per node: (edges << 12 | slot << 2 | activation), then (slot of the source, weight as float bits) per edge. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly nodes: number;
  /** Values held at once at most; the inputs stand in the first four at the start. */
  readonly slots: number;
  /** Slot of each output. */
  readonly outputs: readonly number[];
  /** Of each edge in the order of the words: which of the genome's connections it is. */
  readonly connections: Uint32Array;
}

/** Edges of a node, of the first of its words. */
export const edgesOf = (head: number): number => head >>> 12;

const mostEdges = 2 ** 20 - 1;

/**
 * @throws RangeError when the genome has a cycle or a connection from nowhere, or is more than a program can hold: 1,024
 *   values at once, 1,048,575 connections to a node
 */
export function flattenCppn(genome: CppnGenome): FlatCppn {
  const graph = graphOf(genome);
  return write(genome, graph, orderOf(genome, graph), true);
}

/**
 * The same nodes and connections in the same places, with a slot of its own for every value: for the gradient, which asks for
 * them all again on its way back.
 * @throws RangeError as `flattenCppn`; all values count
 */
export function flattenApart(genome: CppnGenome): FlatCppn {
  const graph = graphOf(genome);
  return write(genome, graph, orderOf(genome, graph), false);
}

/** Connections by what they lead to. The values are numbered: the inputs, then the nodes as they stand in the genome. */
interface Graph {
  /** Of each value, and one more: where its connections begin in `incoming`. */
  readonly starts: Uint32Array;
  /** Connections, in the genome's order for each value. */
  readonly incoming: Uint32Array;
  /** Of each connection: the value that it comes from, or `nowhere`. */
  readonly sources: Uint32Array;
}

const nowhere = 2 ** 32 - 1;

function graphOf({ nodes, connections }: CppnGenome): Graph {
  const numbers = new Map<number, number>();
  for (const [index, { id }] of nodes.entries()) numbers.set(id, inputCount + index);
  const sources = new Uint32Array(connections.length);
  const targets = new Uint32Array(connections.length);
  const starts = new Uint32Array(inputCount + nodes.length + 1);
  let index = 0;
  for (const { source, target } of connections) {
    const reader = numbers.get(target) ?? nowhere;
    sources[index] = source < inputCount ? source : (numbers.get(source) ?? nowhere);
    targets[index++] = reader;
    if (reader !== nowhere) starts[reader] = (starts[reader] ?? 0) + 1;
  }
  let end = 0;
  for (let value = 0; value < starts.length; value++) starts[value] = end += starts[value] ?? 0;
  // Put down from the last to the first, which moves every start from the end of its connections to their beginning.
  const incoming = new Uint32Array(end);
  for (let connection = connections.length - 1; connection >= 0; connection--) {
    const reader = targets[connection] ?? nowhere;
    if (reader === nowhere) continue;
    const place = (starts[reader] ?? 0) - 1;
    incoming[place] = connection;
    starts[reader] = place;
  }
  return { starts, incoming, sources };
}

interface Order {
  /** The values of nodes that an output depends on, each behind its sources. */
  readonly order: readonly number[];
  readonly outputs: readonly number[];
  /** Of each value: how many edges of those nodes read it. */
  readonly uses: Uint32Array;
  readonly edges: number;
}

const unseen = 0;
const open = 1;
const done = 2;

/** Depth first from the outputs, sources in the order of a node's connections; without recursion, since chains may be long. */
function orderOf(genome: CppnGenome, graph: Graph): Order {
  const { starts, incoming, sources } = graph;
  const values = inputCount + genome.nodes.length;
  const order: number[] = [];
  const outputs: number[] = [];
  const uses = new Uint32Array(values);
  const state = new Uint8Array(values).fill(done, 0, inputCount);
  const next = starts.slice();
  const path: number[] = [];
  let edges = 0;
  for (let output = inputCount; output < values; output++) {
    if (genome.nodes[output - inputCount]?.role !== 'output') continue;
    outputs.push(output);
    if (state[output] === unseen) path.push(output);
    for (let value = path.at(-1); value !== undefined; value = path.at(-1)) {
      const edge = next[value] ?? 0;
      if (edge === starts[value + 1]) {
        state[value] = done;
        order.push(value);
        path.pop();
        continue;
      }
      state[value] = open;
      next[value] = edge + 1;
      edges++;
      const source = sources[incoming[edge] ?? 0] ?? nowhere;
      if (source === nowhere || state[source] === open) throw cannotFollow(genome, incoming[edge], source);
      uses[source] = (uses[source] ?? 0) + 1;
      if (state[source] === unseen) path.push(source);
    }
  }
  return { order, outputs, uses, edges };
}

function cannotFollow(
  { connections }: CppnGenome,
  connection: number | undefined,
  source: number,
): RangeError {
  const id = String(connections[connection ?? 0]?.source);
  return new RangeError(
    source === nowhere
      ? `a connection comes from node ${id}, which is not there`
      : `node ${id} depends on itself`,
  );
}

/** The words of the nodes in their order, with a slot for each value from when it is there to its last use. */
function write(
  { nodes, connections }: CppnGenome,
  { starts, incoming, sources }: Graph,
  { order, outputs, uses, edges }: Order,
  reuse: boolean,
): FlatCppn {
  const words = new Uint32Array(order.length + 2 * edges);
  const weights = new Float32Array(words.buffer);
  const used = new Uint32Array(edges);
  const slotOf = Uint32Array.from({ length: uses.length }, (_, value) => value);
  const free: number[] = [];
  for (let input = inputCount - 1; input >= 0; input--) if (uses[input] === 0) free.push(input);
  for (const output of outputs) uses[output] = (uses[output] ?? 0) + 1;
  let slots: number = inputCount;
  let word = 0;
  let edge = 0;
  for (const value of order) {
    const head = word++;
    const end = starts[value + 1] ?? 0;
    for (let place = starts[value] ?? 0; place < end; place++) {
      const connection = incoming[place] ?? 0;
      const source = sources[connection] ?? 0;
      const slot = slotOf[source] ?? 0;
      words[word++] = slot;
      weights[word++] = connections[connection]?.weight ?? 0;
      used[edge++] = connection;
      const left = (uses[source] ?? 0) - 1;
      uses[source] = left;
      if (left === 0) free.push(slot);
    }
    const slot = (reuse ? free.pop() : undefined) ?? slots++;
    slotOf[value] = slot;
    words[head] = headOf(nodes[value - inputCount], (word - head - 1) / 2, slot);
  }
  if (slots > mostSlots) {
    throw new RangeError(
      `a CPPN of ${String(order.length)} nodes that holds ${String(slots)} values at once; at most ${String(mostSlots)} can be held`,
    );
  }
  return {
    words,
    nodes: order.length,
    slots,
    outputs: outputs.map((output) => slotOf[output] ?? 0),
    connections: used,
  };
}

function headOf(node: CppnNode | undefined, edges: number, slot: number): number {
  if (edges > mostEdges) {
    throw new RangeError(
      `node ${String(node?.id)} of a CPPN has ${String(edges)} incoming connections; at most ${String(mostEdges)} can be drawn`,
    );
  }
  return ((edges << 12) | (slot << 2) | activationFunctions.indexOf(node?.activation ?? 'sine')) >>> 0;
}

export interface FlatPopulation {
  /** Four words per genome: start, nodes, slots of the outputs (10 bits each), channels. */
  readonly table: Uint32Array<ArrayBuffer>;
  readonly program: Uint32Array<ArrayBuffer>;
  /** Values that the most demanding genome holds at once. */
  readonly slots: number;
}

export function flattenPopulation(genomes: readonly FlatCppn[]): FlatPopulation {
  const table = new Uint32Array(4 * genomes.length);
  const program = new Uint32Array(genomes.reduce((sum, { words }) => sum + words.length, 0));
  let start = 0;
  let most = 0;
  for (const [index, { words, nodes, slots, outputs }] of genomes.entries()) {
    const packed = outputs.reduce((sum, slot, channel) => (sum | (slot << (10 * channel))) >>> 0, 0);
    table.set([start, nodes, packed, outputs.length], 4 * index);
    program.set(words, start);
    start += words.length;
    most = Math.max(most, slots);
  }
  return { table, program, slots: most };
}

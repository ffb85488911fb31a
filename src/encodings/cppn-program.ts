/**
 * Flattens CPPN genomes into what `shaders/cppn.wgsl` interprets: nodes in topological order, each followed by its
 * incoming connections. In that order every node sees its sources' final values, which is what the published
 * settings reach by iterating as many steps as the longest path. Nodes that no output depends on are left out.
 */
import { activationFunctions, type CppnGenome } from './encoding.ts';
import { inputCount } from './cppn-genome.ts';

export interface FlatCppn {
  /** Per node: (edges · 4 + activation), then (slot, weight as float bits) per edge. */
  readonly words: Uint32Array<ArrayBuffer>;
  readonly nodes: number;
  /** Slot of each output: 4 + position in the order. */
  readonly outputs: readonly number[];
  /** Of each edge in the order of the words: which of the genome's connections it is. */
  readonly connections: readonly number[];
}

const bits = new DataView(new ArrayBuffer(4));

/** @throws RangeError when the genome has a cycle or a connection from nowhere */
export function flattenCppn({ nodes, connections }: CppnGenome): FlatCppn {
  const incoming = new Map<number, { source: number; weight: number; connection: number }[]>();
  for (const { id } of nodes) incoming.set(id, []);
  for (const [connection, { source, target, weight }] of connections.entries()) {
    incoming.get(target)?.push({ source, weight, connection });
  }
  const activations = new Map(
    nodes.map(({ id, activation }) => [id, activationFunctions.indexOf(activation)]),
  );
  const slots = new Map<number, number>(Array.from({ length: inputCount }, (_, input) => [input, input]));
  const words: number[] = [];
  const order: number[] = [];
  const open = new Set<number>();
  const emit = (id: number): number => {
    const known = slots.get(id);
    if (known !== undefined) return known;
    const edges = incoming.get(id);
    if (!edges) throw new RangeError(`a connection comes from node ${String(id)}, which is not there`);
    if (open.has(id)) throw new RangeError(`node ${String(id)} depends on itself`);
    open.add(id);
    const operands = edges.map(({ source, weight }) => [emit(source), floatBits(weight)] as const);
    words.push(edges.length * 4 + (activations.get(id) ?? 0), ...operands.flat());
    order.push(...edges.map(({ connection }) => connection));
    const slot = slots.size;
    slots.set(id, slot);
    return slot;
  };
  const outputs = nodes.filter(({ role }) => role === 'output').map(({ id }) => emit(id));
  return { words: Uint32Array.from(words), nodes: slots.size - inputCount, outputs, connections: order };
}

export interface FlatPopulation {
  /** Four words per genome: start, nodes, slots of the outputs (10 bits each), channels. */
  readonly table: Uint32Array<ArrayBuffer>;
  readonly program: Uint32Array<ArrayBuffer>;
  /** Values that the largest genome holds. */
  readonly slots: number;
}

export function flattenPopulation(genomes: readonly FlatCppn[]): FlatPopulation {
  const table = new Uint32Array(4 * genomes.length);
  const program = new Uint32Array(genomes.reduce((sum, { words }) => sum + words.length, 0));
  let start = 0;
  let slots = 0;
  for (const [index, { words, nodes, outputs }] of genomes.entries()) {
    const packed = outputs.reduce((sum, slot, channel) => (sum | (slot << (10 * channel))) >>> 0, 0);
    table.set([start, nodes, packed, outputs.length], 4 * index);
    program.set(words, start);
    start += words.length;
    slots = Math.max(slots, nodes + inputCount);
  }
  return { table, program, slots };
}

function floatBits(value: number): number {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

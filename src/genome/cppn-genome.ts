/** CPPN genomes as records have them: what `CppnGenomes` and `CppnPrograms` do with many at a time, for one. */
import type { RandomStream } from '../random/threefry.ts';
import { CppnGenomes, unshared } from './cppn-genomes.ts';
import { inputCount } from './cppn-inputs.ts';
import { addMutatedCppn, addRandomCppn, mostNodes } from './cppn-mutation.ts';
import { CppnPrograms } from './cppn-program.ts';
import type { CppnGenome } from './genome.ts';

/** All inputs joined to all outputs, no hidden node, random weights and functions. */
export function randomCppn(outputs: number, random: RandomStream): CppnGenome {
  const genomes = new CppnGenomes(outputs);
  return genomes.genome(addRandomCppn(genomes, random));
}

/**
 * A mutated copy; never a cycle, never a lost output.
 * @param times how often it is mutated
 * @throws RangeError for a genome that could not have grown here
 */
export function mutateCppn(parent: CppnGenome, random: RandomStream, times = 1): CppnGenome {
  checkCppn(parent);
  let [parents, children] = [new CppnGenomes(outputsOf(parent)), new CppnGenomes(outputsOf(parent))];
  parents.append(parent);
  for (let time = 0; time < times; time++) {
    children.clear();
    addMutatedCppn(children, parents, 0, random);
    [parents, children] = [children, parents];
  }
  return parents.genome(0);
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

export const outputsOf = ({ nodes }: CppnGenome): number =>
  nodes.filter(({ role }) => role === 'output').length;

/** The program of one genome. */
export interface FlatCppn {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly nodes: number;
  /** Values held at once at most; the inputs stand in the first four at the start. */
  readonly slots: number;
  /** Slot of each output. */
  readonly outputs: readonly number[];
  /** Of each edge in the order of the words: which of the genome's connections it is. */
  readonly connections: readonly number[];
}

/** @throws RangeError as `CppnPrograms.write`, or for a connection from or to a node that is not there */
export const flattenCppn = (genome: CppnGenome): FlatCppn => flatten(genome, false);

/**
 * The same nodes and connections in the same places, with a slot of its own for every value: for the gradient, which asks for
 * them all again on its way back.
 * @throws RangeError as `flattenCppn`; all values count
 */
export const flattenApart = (genome: CppnGenome): FlatCppn => flatten(genome, true);

function flatten(genome: CppnGenome, apart: boolean): FlatCppn {
  const genomes = new CppnGenomes(outputsOf(genome));
  const origins: number[] = [];
  const edges: number[] = [];
  genomes.append(genome, origins);
  const programs = new CppnPrograms(1, unshared);
  programs.write(0, genomes, 0, { apart, edges });
  const [, nodes = 0, packed = 0] = programs.table;
  return {
    words: programs.written.slice(),
    nodes,
    slots: programs.mostSlots,
    outputs: Array.from({ length: genomes.outputs }, (_, output) => (packed >>> (10 * output)) & 1023),
    connections: edges.map((edge) => origins[edge] ?? 0),
  };
}

export interface FlatPopulation {
  /** Four words per genome: start, nodes, slots of the outputs (10 bits each), channels. */
  readonly table: Uint32Array<ArrayBuffer>;
  readonly program: Uint32Array<ArrayBuffer>;
  /** Values that the most demanding genome holds at once. */
  readonly slots: number;
}

/** The programs of several genomes as the device takes them. */
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

/**
 * Flattens CPPN genomes into what `shaders/genome/cppn.wgsl` interprets: nodes in topological order, each followed by its
 * incoming connections. In that order every node sees its sources' final values, which is what the published
 * settings reach by iterating as many steps as the longest path. Nodes that no output depends on are left out.
 *
 * A value stands in a slot until its last use; then the slot is given out again, so that a chain of nodes takes two,
 * whatever its length. Outputs keep their slots to the end.
 */
import { mostSlots } from '../kernels/genome/cppn-values.ts';
import type { CppnGenomes } from './cppn-genomes.ts';
import { inputCount } from './cppn-inputs.ts';

/** Edges of a node, of the first of its words. */
export const edgesOf = (head: number): number => head >>> 12;

const mostEdges = 2 ** 20 - 1;

const unseen = 0;
const open = 1;
const done = 2;

export interface ProgramOptions {
  /** Whether every value has a slot of its own: for the gradient, which asks for them all again on its way back. */
  readonly apart?: boolean;
  /** Takes, of each edge in the order of the words, which of the genome's connections it is. */
  readonly edges?: number[];
}

/** Of some programs, as `CppnPrograms` has them. */
export interface ProgramColumns {
  readonly words: Uint32Array;
  readonly table: Uint32Array;
  readonly slots: Uint32Array;
}

/** The programs of some genomes, one behind the other, as the device takes them. */
export class CppnPrograms<Memory extends ArrayBufferLike> implements ProgramColumns {
  /** Per node: (edges << 12 | slot << 2 | activation), then (slot of the source, weight as float bits) per edge. */
  words: Uint32Array<Memory>;
  /** Of them, those that are written. */
  length = 0;
  /** Four words per program: start, nodes, slots of the outputs (10 bits each), channels. */
  readonly table: Uint32Array<Memory>;
  /** Whether nothing has read the words since they were cleared. */
  isFresh = true;
  /** Of each program: values held at once at most; the inputs stand in the first four at the start. */
  readonly slots: Uint32Array<Memory>;
  #weights: Float32Array;
  readonly #order = new Order();

  /** @param count programs, of which each may be written again: its words then stand behind the others */
  constructor(
    count: number,
    private readonly allocate: (bytes: number) => Memory,
  ) {
    this.words = new Uint32Array(allocate(4 * 4096));
    this.#weights = new Float32Array(this.words.buffer);
    this.table = new Uint32Array(allocate(16 * count));
    this.slots = new Uint32Array(allocate(4 * count));
  }

  clear(): void {
    this.length = 0;
    this.isFresh = true;
  }

  /** The words that are written. */
  get written(): Uint32Array<Memory> {
    return this.words.subarray(0, this.length);
  }

  /** Values that the most demanding one holds at once. */
  get mostSlots(): number {
    return this.slots.reduce((most, slots) => Math.max(most, slots), 0);
  }

  /**
   * Writes a genome's program.
   * @throws RangeError when the genome has a cycle, or is more than a program can hold: 1,024 values at once, 1,048,575
   *   connections to a node
   */
  write(
    program: number,
    genomes: CppnGenomes,
    genome: number,
    { apart = false, edges }: ProgramOptions = {},
  ) {
    const order = this.#order;
    order.follow(genomes, genome);
    const start = this.length;
    this.#reserve(start + order.count + 2 * order.edges);
    const slots = this.#writeNodes(genomes, genome, apart, edges);
    if (slots > mostSlots) {
      throw new RangeError(
        `a CPPN of ${String(order.count)} nodes that holds ${String(slots)} values at once; at most ${String(mostSlots)} can be held`,
      );
    }
    let outputs = 0;
    for (let output = 0; output < genomes.outputs; output++)
      outputs |= (order.slots[inputCount + output] ?? 0) << (10 * output);
    this.slots[program] = slots;
    this.table[4 * program] = start;
    this.table[4 * program + 1] = order.count;
    this.table[4 * program + 2] = outputs;
    this.table[4 * program + 3] = genomes.outputs;
  }

  /** @returns how many slots it takes */
  /**
   * Puts programs of others behind these, of all their children that are among `from` to `to`.
   * @param words of theirs that are written
   */
  append(
    { words, table, slots }: ProgramColumns,
    [from, to]: readonly [number, number],
    length: number,
  ): void {
    const start = this.length;
    this.#reserve(start + length);
    this.words.set(words.subarray(0, length), start);
    this.length = start + length;
    for (let program = from; program < to; program++) {
      this.slots[program] = slots[program] ?? 0;
      const row = 4 * program;
      this.table[row] = start + (table[row] ?? 0);
      for (let word = row + 1; word < row + 4; word++) this.table[word] = table[word] ?? 0;
    }
  }

  get columns(): ProgramColumns {
    const { words, table, slots } = this;
    return { words, table, slots };
  }

  /** @returns how many slots it takes */
  #writeNodes(genomes: CppnGenomes, genome: number, apart: boolean, edges: number[] | undefined): number {
    const { values, count, uses, slots, free } = this.#order;
    const { words } = this;
    const floats = this.#weights;
    const { ends, sources, weights, activations } = genomes;
    const nodeStart = genomes.nodeStarts[genome] ?? 0;
    const start = genomes.connectionStarts[genome] ?? 0;
    let taken: number = inputCount;
    let vacant = this.#order.freeInputs();
    let word = this.length;
    for (let place = 0; place < count; place++) {
      const node = values[place] ?? 0;
      const head = word++;
      const first = node === 0 ? 0 : (ends[nodeStart + node - 1] ?? 0);
      const end = ends[nodeStart + node] ?? 0;
      for (let connection = start + first; connection < start + end; connection++) {
        const source = sources[connection] ?? 0;
        const slot = slots[source] ?? 0;
        words[word] = slot;
        floats[word + 1] = weights[connection] ?? 0;
        word += 2;
        const left = (uses[source] ?? 0) - 1;
        uses[source] = left;
        if (left === 0) free[vacant++] = slot;
      }
      if (edges) for (let connection = first; connection < end; connection++) edges.push(connection);
      const slot = !apart && vacant > 0 ? (free[--vacant] ?? 0) : taken++;
      slots[inputCount + node] = slot;
      if (end - first > mostEdges) throw tooManyEdges(genomes.ids[nodeStart + node], end - first);
      words[head] = ((end - first) << 12) | (slot << 2) | (activations[nodeStart + node] ?? 0);
    }
    this.length = word;
    return taken;
  }

  #reserve(words: number): void {
    if (words <= this.words.length) return;
    const larger = new Uint32Array(this.allocate(8 * words));
    larger.set(this.words);
    this.words = larger;
    this.#weights = new Float32Array(larger.buffer);
  }
}

/** What a genome's program is made of, in arrays that are used again for the next one. */
class Order {
  /** The nodes that an output depends on, each behind its sources. */
  values = new Uint32Array(0);
  count = 0;
  /** Connections that lead to them. */
  edges = 0;
  /** Of each value: how many of those connections read it, and one more for an output. */
  uses = new Uint32Array(0);
  /** Of each value; the inputs' are their numbers. */
  slots = new Uint32Array(0);
  /** Slots that can be given out again. */
  free = new Uint32Array(0);
  #state = new Uint8Array(0);
  /** Of each node: the next of its connections to follow. */
  #next = new Uint32Array(0);
  #path = new Uint32Array(0);

  /** Depth first from the outputs, sources in the order of a node's connections; without recursion, since chains may be long. */
  follow(genomes: CppnGenomes, genome: number): void {
    const nodes = genomes.nodesOf(genome);
    this.#clear(nodes);
    for (let output = 0; output < genomes.outputs; output++) {
      this.#followFrom(output, genomes, genome);
      this.uses[inputCount + output] = (this.uses[inputCount + output] ?? 0) + 1;
    }
  }

  /** Gives the inputs that nothing reads free. @returns how many slots are free */
  freeInputs(): number {
    let vacant = 0;
    for (let input = inputCount - 1; input >= 0; input--)
      if (this.uses[input] === 0) this.free[vacant++] = input;
    return vacant;
  }

  #followFrom(output: number, genomes: CppnGenomes, genome: number): void {
    const { values, uses } = this;
    const [state, next, path] = [this.#state, this.#next, this.#path];
    const { ends, sources } = genomes;
    const nodeStart = genomes.nodeStarts[genome] ?? 0;
    const start = genomes.connectionStarts[genome] ?? 0;
    if (state[output] !== unseen) return;
    let { count, edges } = this;
    let depth = 0;
    for (let node = output, isNew = true; ;) {
      const first = node === 0 ? 0 : (ends[nodeStart + node - 1] ?? 0);
      const end = ends[nodeStart + node] ?? 0;
      let edge = first;
      if (isNew) {
        state[node] = open;
        path[depth++] = node;
        edges += end - first;
      } else edge = next[node] ?? 0;
      isNew = false;
      while (edge < end) {
        const source = sources[start + edge++] ?? 0;
        uses[source] = (uses[source] ?? 0) + 1;
        if (source < inputCount) continue;
        const before = source - inputCount;
        if (state[before] === done) continue;
        if (state[before] === open) throw onItself(genomes.ids[nodeStart + before]);
        next[node] = edge;
        node = before;
        isNew = true;
        break;
      }
      if (isNew) continue;
      state[node] = done;
      values[count++] = node;
      if (--depth === 0) break;
      node = path[depth - 1] ?? 0;
    }
    this.count = count;
    this.edges = edges;
  }

  #clear(nodes: number): void {
    const values = inputCount + nodes;
    this.count = this.edges = 0;
    if (values > this.uses.length) {
      const size = 2 * values;
      this.values = new Uint32Array(size);
      this.uses = new Uint32Array(size);
      this.slots = Uint32Array.from({ length: size }, (_, value) => value);
      this.free = new Uint32Array(size);
      this.#state = new Uint8Array(size);
      this.#next = new Uint32Array(size);
      this.#path = new Uint32Array(size);
    }
    this.uses.fill(0, 0, values);
    this.#state.fill(unseen, 0, nodes);
  }
}

const onItself = (id: number | undefined) => new RangeError(`node ${String(id)} depends on itself`);

const tooManyEdges = (id: number | undefined, edges: number) =>
  new RangeError(
    `node ${String(id)} of a CPPN has ${String(edges)} incoming connections; at most ${String(mostEdges)} can be drawn`,
  );

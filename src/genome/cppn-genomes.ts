/**
 * CPPN genomes in columns: a number for each genome, node and connection, one behind the other. A child is a run of its parent's
 * numbers, copied and changed in place at the end; nothing is made for a node or a connection, of which a generation has tens
 * of thousands.
 *
 * Within a genome, outputs come first, then hidden nodes in the order of their birth. The values 0 to 3 are the inputs, value
 * 4 + n is node n. Connections are grouped by the node that they lead to, in the order in which they came.
 */
import { inputCount } from './cppn-inputs.ts';
import { activationFunctions, type CppnConnection, type CppnGenome, type CppnNode } from './genome.ts';

/** What a connection leads to, where it is not there. */
const nowhere = -1;

/** The numbers of some genomes, as `CppnGenomes` has them. */
export interface CppnColumns {
  /** Of each genome, and one more: where its nodes begin. */
  nodeStarts: Uint32Array;
  /** Of each genome, and one more: where its connections begin. */
  connectionStarts: Uint32Array;
  /** Of each node: its number in the genome's records, by which it is the same node in parent and child. */
  ids: Uint32Array;
  /** Of each node: which of the activation functions. */
  activations: Uint8Array;
  /** Of each node: behind the last of its connections, counted from the genome's first. */
  ends: Uint32Array;
  /** Of each connection: the value that it comes from. */
  sources: Uint32Array;
  /** Of each connection. */
  weights: Float64Array;
}

/** Makes memory of so many bytes: other threads read what is shared. */
export type Allocate = (bytes: number) => ArrayBufferLike;

export const unshared = (bytes: number): ArrayBuffer => new ArrayBuffer(bytes);
export const shared = (bytes: number): SharedArrayBuffer => new SharedArrayBuffer(bytes);

export class CppnGenomes implements CppnColumns {
  /** How many there are. */
  count = 0;
  nodeStarts: Uint32Array;
  connectionStarts: Uint32Array;
  ids: Uint32Array;
  activations: Uint8Array;
  ends: Uint32Array;
  sources: Uint32Array;
  weights: Float64Array;

  /** @param outputs channels of the image that each of them draws */
  constructor(
    readonly outputs: number,
    private readonly allocate: Allocate = unshared,
  ) {
    this.nodeStarts = new Uint32Array(allocate(4 * 64));
    this.connectionStarts = new Uint32Array(allocate(4 * 64));
    this.ids = new Uint32Array(allocate(4 * 1024));
    this.activations = new Uint8Array(allocate(1024));
    this.ends = new Uint32Array(allocate(4 * 1024));
    this.sources = new Uint32Array(allocate(4 * 2048));
    this.weights = new Float64Array(allocate(8 * 2048));
  }

  get columns(): CppnColumns {
    const { nodeStarts, connectionStarts, ids, activations, ends, sources, weights } = this;
    return { nodeStarts, connectionStarts, ids, activations, ends, sources, weights };
  }

  clear(): void {
    this.count = 0;
  }

  nodesOf(genome: number): number {
    return (this.nodeStarts[genome + 1] ?? 0) - (this.nodeStarts[genome] ?? 0);
  }

  connectionsOf(genome: number): number {
    return (this.connectionStarts[genome + 1] ?? 0) - (this.connectionStarts[genome] ?? 0);
  }

  /** Begins a genome without nodes behind the others, with room for so many. @returns its number */
  begin(nodes: number, connections: number): number {
    const genome = this.count++;
    if (genome + 2 > this.nodeStarts.length) {
      this.nodeStarts = this.#grown(this.nodeStarts, genome + 2);
      this.connectionStarts = this.#grown(this.connectionStarts, genome + 2);
    }
    const nodeStart = this.nodeStarts[genome] ?? 0;
    const connectionStart = this.connectionStarts[genome] ?? 0;
    this.nodeStarts[genome + 1] = nodeStart;
    this.connectionStarts[genome + 1] = connectionStart;
    this.#reserve(nodeStart + nodes, connectionStart + connections);
    return genome;
  }

  /** Copies a genome of these or others behind the others. @returns its number */
  copy(from: CppnGenomes, genome: number): number {
    const nodes = from.nodesOf(genome);
    const connections = from.connectionsOf(genome);
    // Room for what a mutation adds at most.
    const copy = this.begin(nodes + 1, connections + 2);
    const nodeStart = this.nodeStarts[copy] ?? 0;
    const connectionStart = this.connectionStarts[copy] ?? 0;
    copyRun(from.ids, from.nodeStarts[genome] ?? 0, this.ids, nodeStart, nodes);
    copyRun(from.activations, from.nodeStarts[genome] ?? 0, this.activations, nodeStart, nodes);
    copyRun(from.ends, from.nodeStarts[genome] ?? 0, this.ends, nodeStart, nodes);
    const first = from.connectionStarts[genome] ?? 0;
    copyRun(from.sources, first, this.sources, connectionStart, connections);
    copyRun(from.weights, first, this.weights, connectionStart, connections);
    this.nodeStarts[copy + 1] = nodeStart + nodes;
    this.connectionStarts[copy + 1] = connectionStart + connections;
    return copy;
  }

  /** Adds a node without connections to the last genome. @returns its place in the genome */
  addNode(id: number, activation: number): number {
    const genome = this.count - 1;
    const at = this.nodeStarts[genome + 1] ?? 0;
    const connections = this.connectionsOf(genome);
    if (at >= this.ids.length) this.#reserve(at + 1, 0);
    this.ids[at] = id;
    this.activations[at] = activation;
    this.ends[at] = connections;
    this.nodeStarts[genome + 1] = at + 1;
    return at - (this.nodeStarts[genome] ?? 0);
  }

  /** Adds a connection to the last genome, behind the others that lead to the node. */
  addConnection(source: number, node: number, weight: number): void {
    const genome = this.count - 1;
    const end = this.connectionStarts[genome + 1] ?? 0;
    if (end >= this.sources.length) this.#reserve(0, end + 1);
    const nodeEnd = this.nodeStarts[genome + 1] ?? 0;
    const first = (this.nodeStarts[genome] ?? 0) + node;
    const at = (this.connectionStarts[genome] ?? 0) + (this.ends[first] ?? 0);
    moveRun(this.sources, at, at + 1, end - at);
    moveRun(this.weights, at, at + 1, end - at);
    this.sources[at] = source;
    this.weights[at] = weight;
    for (let place = first; place < nodeEnd; place++) this.ends[place] = (this.ends[place] ?? 0) + 1;
    this.connectionStarts[genome + 1] = end + 1;
  }

  /** Removes a connection of the last genome. @param connection its place in the genome */
  removeConnection(connection: number): void {
    const genome = this.count - 1;
    const end = (this.connectionStarts[genome + 1] ?? 0) - 1;
    const at = (this.connectionStarts[genome] ?? 0) + connection;
    moveRun(this.sources, at + 1, at, end - at);
    moveRun(this.weights, at + 1, at, end - at);
    const nodeEnd = this.nodeStarts[genome + 1] ?? 0;
    for (let place = this.nodeStarts[genome] ?? 0; place < nodeEnd; place++) {
      const before = this.ends[place] ?? 0;
      if (before > connection) this.ends[place] = before - 1;
    }
    this.connectionStarts[genome + 1] = end;
  }

  /** Removes a node of the last genome with its connections. @param node its place in the genome */
  removeNode(node: number): void {
    const genome = this.count - 1;
    const nodeStart = this.nodeStarts[genome] ?? 0;
    const nodeEnd = this.nodeStarts[genome + 1] ?? 0;
    const connectionStart = this.connectionStarts[genome] ?? 0;
    const removed = inputCount + node;
    let at = nodeStart;
    let kept = connectionStart;
    let place = connectionStart;
    for (let old = nodeStart; old < nodeEnd; old++) {
      const end = connectionStart + (this.ends[old] ?? 0);
      if (old === nodeStart + node) {
        place = end;
        continue;
      }
      for (; place < end; place++) {
        const source = this.sources[place] ?? 0;
        if (source === removed) continue;
        this.sources[kept] = source > removed ? source - 1 : source;
        this.weights[kept++] = this.weights[place] ?? 0;
      }
      this.ids[at] = this.ids[old] ?? 0;
      this.activations[at] = this.activations[old] ?? 0;
      this.ends[at++] = kept - connectionStart;
    }
    this.nodeStarts[genome + 1] = at;
    this.connectionStarts[genome + 1] = kept;
  }

  /**
   * Takes in a genome as records have it. Of connections to one node the order stays.
   * @param origins takes, of each connection as it stands here, which of the genome's it is
   * @throws RangeError for another number of outputs, or a connection from or to a node that is not there
   */
  append({ nodes, connections }: CppnGenome, origins?: number[]): number {
    const outputs = nodes.filter(({ role }) => role === 'output');
    if (outputs.length !== this.outputs)
      throw new RangeError(`a CPPN of ${String(outputs.length)} outputs, expected ${String(this.outputs)}`);
    const ordered = [...outputs, ...nodes.filter(({ role }) => role !== 'output')];
    const values = new Map<number, number>();
    for (let input = 0; input < inputCount; input++) values.set(input, input);
    for (const [index, { id }] of ordered.entries()) values.set(id, inputCount + index);
    const into = groupsOf(connections, values, ordered.length);
    const genome = this.begin(ordered.length, connections.length);
    for (const [node, { id, activation }] of ordered.entries()) {
      this.addNode(id, activationFunctions.indexOf(activation));
      for (const index of into[node] ?? []) {
        const connection = connections[index];
        const source = values.get(connection?.source ?? nowhere) ?? nowhere;
        if (source === nowhere || !connection)
          throw new RangeError(
            `a connection comes from node ${String(connection?.source)}, which is not there`,
          );
        this.addConnection(source, node, connection.weight);
        origins?.push(index);
      }
    }
    return genome;
  }

  /** As records have it. */
  genome(genome: number): CppnGenome {
    const nodeStart = this.nodeStarts[genome] ?? 0;
    const count = this.nodesOf(genome);
    const idOf = (value: number) =>
      value < inputCount ? value : (this.ids[nodeStart + value - inputCount] ?? 0);
    const nodes = Array.from({ length: count }, (_, node): CppnNode => {
      const activation = activationFunctions[this.activations[nodeStart + node] ?? 0] ?? 'sine';
      return { id: idOf(inputCount + node), role: node < this.outputs ? 'output' : 'hidden', activation };
    });
    const start = this.connectionStarts[genome] ?? 0;
    let place = start;
    const connections = nodes.flatMap(({ id }, node): CppnConnection[] => {
      const from = place;
      place = start + (this.ends[nodeStart + node] ?? 0);
      return Array.from({ length: place - from }, (_, index) => ({
        source: idOf(this.sources[from + index] ?? 0),
        target: id,
        weight: this.weights[from + index] ?? 0,
      }));
    });
    return { encoding: 'cppn', nodes, connections };
  }

  #reserve(nodes: number, connections: number): void {
    if (nodes > this.ids.length) {
      this.ids = this.#grown(this.ids, nodes);
      this.activations = this.#grown(this.activations, nodes);
      this.ends = this.#grown(this.ends, nodes);
    }
    if (connections > this.sources.length) {
      this.sources = this.#grown(this.sources, connections);
      this.weights = this.#grown(this.weights, connections);
    }
  }

  /** The column with room for so many, and as many again. */
  #grown<C extends Column>(column: C, count: number): C {
    const bytes = 2 * count * column.BYTES_PER_ELEMENT;
    const larger = new (column.constructor as new (memory: ArrayBufferLike) => C)(this.allocate(bytes));
    larger.set(column);
    return larger;
  }
}

/** Of each node, the connections that lead to it, by their place in the record. */
function groupsOf(
  connections: readonly CppnConnection[],
  values: ReadonlyMap<number, number>,
  nodes: number,
): number[][] {
  const into = Array.from({ length: nodes }, (): number[] => []);
  for (const [index, { target }] of connections.entries()) {
    const group = into[(values.get(target) ?? nowhere) - inputCount];
    if (!group) throw new RangeError(`a connection leads to node ${String(target)}, which is not there`);
    group.push(index);
  }
  return into;
}

type Column = Uint32Array | Uint8Array | Float64Array;

/** Runs of fewer numbers are copied sooner by a loop than by a call of the engine's own copying. */
const shortRun = 64;

function copyRun<C extends Column>(from: C, first: number, to: C, at: number, count: number): void {
  if (count > shortRun) to.set(from.subarray(first, first + count), at);
  else for (let index = 0; index < count; index++) to[at + index] = from[first + index] ?? 0;
}

/** The same within a column, whose parts may overlap. */
function moveRun(column: Column, first: number, at: number, count: number): void {
  if (count > shortRun) column.copyWithin(at, first, first + count);
  else if (at < first)
    for (let index = 0; index < count; index++) column[at + index] = column[first + index] ?? 0;
  else for (let index = count - 1; index >= 0; index--) column[at + index] = column[first + index] ?? 0;
}

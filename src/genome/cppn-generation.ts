/** The children of one generation: their genomes in columns, and the programs that draw them. */
import type { RandomStream } from '../random/threefry.ts';
import type { CppnBreeders, ForeignBrood } from './cppn-breeders.ts';
import type { CppnElites } from './cppn-elites.ts';
import { CppnGenomes, unshared } from './cppn-genomes.ts';
import { addMutatedCppn, addRandomCppn } from './cppn-mutation.ts';
import { CppnPrograms } from './cppn-program.ts';

export interface BreedingRequest {
  readonly elites: CppnElites;
  /** Cell of each child's parent. */
  readonly parents: Uint32Array;
  /** Of the generation: each child has the stream of its number. */
  readonly random: RandomStream;
  readonly generation: number;
  /** Threads that take a share. */
  readonly breeders: CppnBreeders | undefined;
}

export class CppnGeneration {
  readonly #own: CppnGenomes;
  readonly programs: CppnPrograms<ArrayBuffer>;
  /** Of each child: where its genome is, and which of them. */
  readonly #genomes: CppnGenomes[];
  readonly #places: Uint32Array;
  /** Of each child: its parent's cell, and the version of the elite that it was copied from. */
  readonly #parents: Uint32Array;
  readonly #versions: Uint32Array;
  /** The generation whose children they are, where they were bred. */
  #bred = -1;

  /** @param side which of the two generations that take turns it is */
  constructor(
    readonly size: number,
    outputs: number,
    readonly side: 0 | 1,
  ) {
    this.#own = new CppnGenomes(outputs);
    this.programs = new CppnPrograms(size, unshared);
    this.#genomes = Array.from({ length: size }, () => this.#own);
    this.#places = new Uint32Array(size);
    this.#parents = new Uint32Array(size);
    this.#versions = new Uint32Array(size);
  }

  /** Makes the child the elite of a cell. */
  giveTo(elites: CppnElites, cell: number, child: number): void {
    elites.take(cell, this.#genomes[child] ?? this.#own, this.#places[child] ?? 0);
  }

  /** @param random of the generation: each child has the stream of its number */
  random(random: RandomStream): void {
    this.#clear();
    for (let child = 0; child < this.size; child++)
      this.#place(child, addRandomCppn(this.#own, random.at(child)));
  }

  /** Mutated copies of elites. Where the generation has been bred already, those alone whose parents have been replaced since. */
  breed(request: BreedingRequest): void {
    const { elites, parents, generation, breeders } = request;
    if (this.#bred === generation) {
      for (let child = 0; child < this.size; child++)
        if (this.#isStale(child, elites, parents[child] ?? 0)) this.#breed(child, request);
      return;
    }
    this.#clear();
    const own = breeders?.begin(parents, generation, this.side) ?? this.size;
    for (let child = 0; child < own; child++) this.#breed(child, request);
    if (own < this.size) for (const brood of breeders?.end(this.side) ?? []) this.#takeOver(brood, request);
    this.#bred = generation;
  }

  /** Unchanged copies of elites, over and over where there are fewer than children. */
  show(elites: CppnElites, cells: readonly number[]): void {
    this.#clear();
    for (let child = 0; child < this.size; child++) {
      const cell = cells[child % cells.length] ?? 0;
      this.#place(child, this.#own.copy(elites.genomes, elites.placeOf(cell)));
    }
  }

  #isStale(child: number, elites: CppnElites, cell: number): boolean {
    return this.#parents[child] !== cell || this.#versions[child] !== elites.versionOf(cell);
  }

  #breed(child: number, { elites, parents, random }: BreedingRequest): void {
    const cell = parents[child] ?? 0;
    this.#note(child, elites, cell);
    const parent = elites.placeOf(cell);
    this.#place(child, addMutatedCppn(this.#own, elites.genomes, parent, random.at(child)));
  }

  /** What a thread has bred, or where it failed, the same bred here, which says why. */
  #takeOver(brood: ForeignBrood, request: BreedingRequest): void {
    const { from, to, words, genomes, programs } = brood;
    if (words >= 0) this.programs.append(programs, [from, to], words);
    for (let child = from; child < to; child++) {
      if (words < 0) {
        this.#breed(child, request);
        continue;
      }
      this.#note(child, request.elites, request.parents[child] ?? 0);
      this.#genomes[child] = genomes;
      this.#places[child] = child - from;
    }
  }

  #note(child: number, elites: CppnElites, cell: number): void {
    this.#parents[child] = cell;
    this.#versions[child] = elites.versionOf(cell);
  }

  #place(child: number, genome: number): void {
    this.#genomes[child] = this.#own;
    this.#places[child] = genome;
    this.programs.write(child, this.#own, genome);
  }

  #clear(): void {
    this.#bred = -1;
    this.#own.clear();
    this.programs.clear();
  }
}

/** The children of one generation: their genomes in columns, and the programs that draw them. */
import type { RandomStream } from '../random/threefry.ts';
import type { CppnElites } from './cppn-elites.ts';
import { CppnGenomes } from './cppn-genomes.ts';
import { addMutatedCppn, addRandomCppn } from './cppn-mutation.ts';
import { CppnPrograms } from './cppn-program.ts';

export class CppnGeneration {
  readonly genomes: CppnGenomes;
  readonly programs: CppnPrograms;
  /** Of each child: its genome among them. */
  readonly #places: Uint32Array;
  /** Of each child: its parent's cell, and the version of the elite that it was copied from. */
  readonly #parents: Uint32Array;
  readonly #versions: Uint32Array;
  /** The generation whose children they are, where they were bred. */
  #bred = -1;

  constructor(
    readonly size: number,
    outputs: number,
  ) {
    this.genomes = new CppnGenomes(outputs);
    this.programs = new CppnPrograms(size);
    this.#places = new Uint32Array(size);
    this.#parents = new Uint32Array(size);
    this.#versions = new Uint32Array(size);
  }

  genomeOf(child: number): number {
    return this.#places[child] ?? 0;
  }

  /** @param random of the generation: each child has the stream of its number */
  random(random: RandomStream): void {
    this.#clear();
    for (let child = 0; child < this.size; child++)
      this.#place(child, addRandomCppn(this.genomes, random.at(child)));
  }

  /**
   * Mutated copies of elites. Where the generation has been bred already, those alone whose parents have been replaced since.
   * @param parents cell of each child's parent
   * @param random of the generation: each child has the stream of its number
   */
  breed(elites: CppnElites, parents: Uint32Array, random: RandomStream, generation: number): void {
    const again = this.#bred === generation;
    if (!again) this.#clear();
    this.#bred = generation;
    for (let child = 0; child < this.size; child++) {
      const cell = parents[child] ?? 0;
      const version = elites.versionOf(cell);
      if (again && this.#parents[child] === cell && this.#versions[child] === version) continue;
      this.#parents[child] = cell;
      this.#versions[child] = version;
      const parent = elites.placeOf(cell);
      this.#place(child, addMutatedCppn(this.genomes, elites.genomes, parent, random.at(child)));
    }
  }

  /** Unchanged copies of elites, over and over where there are fewer than children. */
  show(elites: CppnElites, cells: readonly number[]): void {
    this.#clear();
    for (let child = 0; child < this.size; child++) {
      const cell = cells[child % cells.length] ?? 0;
      this.#place(child, this.genomes.copy(elites.genomes, elites.placeOf(cell)));
    }
  }

  #place(child: number, genome: number): void {
    this.#places[child] = genome;
    this.programs.write(child, this.genomes, genome);
  }

  #clear(): void {
    this.#bred = -1;
    this.genomes.clear();
    this.programs.clear();
  }
}

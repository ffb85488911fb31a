/** The elites' CPPNs: a genome for each cell, one behind the other in columns, in which replaced ones are left until it pays to close up. */
import type { RandomStream } from '../random/threefry.ts';
import { CppnGenomes, unshared, type Allocate } from './cppn-genomes.ts';
import { addMutatedCppn, addRandomCppn } from './cppn-mutation.ts';
import { CppnPrograms } from './cppn-program.ts';
import type { CppnGenome } from './genome.ts';

const empty = -1;

export class CppnElites {
  genomes: CppnGenomes;
  /** The columns that were closed up last, to be filled next. */
  #spare: CppnGenomes;
  /** Of each cell: its genome among them, or `empty`. */
  readonly places: Int32Array;
  /** Of each cell: how often its genome has changed. */
  readonly #versions: Uint32Array;

  /** @param allocate where others are to read them while they stand still */
  constructor(
    readonly cells: number,
    outputs: number,
    allocate: Allocate = unshared,
  ) {
    this.genomes = new CppnGenomes(outputs, allocate);
    this.#spare = new CppnGenomes(outputs, allocate);
    this.places = new Int32Array(allocate(4 * cells)).fill(empty);
    this.#versions = new Uint32Array(cells);
  }

  /** By which a child that was bred ahead knows whether its parent is the same still. */
  versionOf(cell: number): number {
    return this.#versions[cell] ?? 0;
  }

  /** @throws RangeError where the cell is empty */
  placeOf(cell: number): number {
    const place = this.places[cell] ?? empty;
    if (place === empty) throw new RangeError(`cell ${String(cell)} has no elite`);
    return place;
  }

  /** As records have it. @throws RangeError where the cell is empty */
  genome(cell: number): CppnGenome {
    return this.genomes.genome(this.placeOf(cell));
  }

  /** Makes a copy the elite of a cell. */
  take(cell: number, from: CppnGenomes, genome: number): void {
    this.#settle(cell, this.genomes.copy(from, genome));
  }

  takeRandom(cell: number, random: RandomStream): void {
    this.#settle(cell, addRandomCppn(this.genomes, random));
  }

  /** @param parent cell of the elite that is mutated */
  takeMutated(cell: number, parent: number, random: RandomStream): void {
    this.#settle(cell, addMutatedCppn(this.genomes, this.genomes, this.placeOf(parent), random));
  }

  /** @throws RangeError for a genome that cannot be drawn */
  restore(cell: number, genome: CppnGenome): void {
    const checked = new CppnGenomes(this.genomes.outputs);
    new CppnPrograms(1, unshared).write(0, checked, checked.append(genome));
    this.take(cell, checked, 0);
  }

  #settle(cell: number, genome: number): void {
    this.places[cell] = genome;
    this.#versions[cell] = this.versionOf(cell) + 1;
    if (this.genomes.count > 2 * this.cells + 64) this.#closeUp();
  }

  #closeUp(): void {
    const [from, to] = [this.genomes, this.#spare];
    to.clear();
    for (const [cell, place] of this.places.entries())
      if (place !== empty) this.places[cell] = to.copy(from, place);
    [this.genomes, this.#spare] = [to, from];
  }
}

/**
 * The search as ask and tell: `ask` says which parents to vary, the caller renders and evaluates the children, `tell`
 * puts the winners into the archive. It knows nothing of devices, encodings or networks.
 */
import { checkSureness, type Archive, type Candidate, type Replacement } from './archive.ts';
import { uniformSelector } from './selector.ts';

/** What a generation is to be made of. */
export interface GenerationRequest {
  readonly generation: number;
  /** Cell of each child's parent; undefined asks for random individuals. */
  readonly parents: Uint32Array<ArrayBuffer> | undefined;
}

/** The children that the network is surest of, in columns: [cell], or [class] where they come from the device. */
export interface Winners {
  /** In [0, 1]. */
  readonly confidence: ArrayLike<number>;
  readonly logOdds: ArrayLike<number>;
  /** Numbers in the generation. */
  readonly child: ArrayLike<number>;
}

/** Says which parents are to be varied, and takes the winners: ask and tell, as in pyribs. Equal seeds ask for the same. */
export class Scheduler {
  #generation: number;
  #asked: GenerationRequest | undefined;
  /** The request that was made last, and the cells that parents were drawn from: while they are the same, so is it. */
  #made: { readonly request: GenerationRequest; readonly occupied: readonly number[] } | undefined;

  /** @param generation the first one to ask for: 0, or the one after a checkpoint's */
  constructor(
    readonly archive: Archive,
    readonly populationSize: number,
    readonly seed: number,
    generation = 0,
  ) {
    if (!Number.isSafeInteger(populationSize) || populationSize < 1) {
      throw new RangeError(`a population of ${String(populationSize)}; expected a whole number from 1`);
    }
    this.#generation = generation;
  }

  /** Number of the generation that is asked for next. */
  get generation(): number {
    return this.#generation;
  }

  /** The parents and children of the next generation; the same until `tell`. */
  ask(): GenerationRequest {
    this.#asked ??= this.#request(this.#generation);
    return this.#asked;
  }

  /**
   * The request after the current one, as far as it can be known before `tell`: once every cell is occupied, the draw
   * of parents no longer depends on the outcome, so children may be made ahead (of elites that may yet be replaced).
   */
  askAhead(): GenerationRequest | undefined {
    const full = this.archive.occupied().length === this.archive.cells;
    return full ? this.#request(this.#generation + 1) : undefined;
  }

  /**
   * @param winners the best child for every cell, in the archive's order
   * @returns the cells that changed hands, for the encoding to adopt the children
   * @throws RangeError for another number of winners than cells, or a child that is not in the population
   */
  tell({ child, confidence, logOdds }: Winners): Replacement[] {
    const asked = this.#asked;
    if (!asked) throw new Error('tell without ask');
    const { cells } = this.archive;
    if (child.length !== cells)
      throw new RangeError(`${String(child.length)} winners for ${String(cells)} cells`);
    // Elites as they were when the parents were drawn, since one winner may replace the parent of the next.
    const candidates: Candidate[] = [];
    for (let cell = 0; cell < cells; cell++) {
      const number = child[cell] ?? -1;
      const sureness = confidence[cell] ?? NaN;
      const odds = logOdds[cell] ?? NaN;
      this.#checkChild(number, cell);
      checkSureness(cell, sureness, odds);
      if (!this.archive.yields(cell, odds)) continue;
      const origin = this.#originOf(asked, number);
      candidates.push({ cell, child: number, confidence: sureness, logOdds: odds, ...origin });
    }
    const replacements = this.archive.add(candidates);
    this.#asked = undefined;
    this.#generation++;
    return replacements;
  }

  #originOf(
    { generation, parents }: GenerationRequest,
    child: number,
  ): Pick<Candidate, 'id' | 'generation' | 'parent'> {
    const cell = parents?.[child];
    const parent = cell === undefined ? undefined : this.archive.elite(cell);
    return {
      id: generation * this.populationSize + child,
      generation,
      parent: cell === undefined || !parent ? null : { cell, id: parent.id },
    };
  }

  #checkChild(child: number, cell: number): void {
    if (Number.isInteger(child) && child >= 0 && child < this.populationSize) return;
    throw new RangeError(
      `cell ${String(cell)} was won by child ${String(child)} of a population of ${String(this.populationSize)}`,
    );
  }

  #request(generation: number): GenerationRequest {
    const occupied = this.archive.occupied();
    if (generation === 0 || occupied.length === 0) return { generation, parents: undefined };
    if (this.#made?.request.generation === generation && this.#made.occupied === occupied)
      return this.#made.request;
    const parents = uniformSelector(occupied, this.populationSize, this.seed, generation);
    const request = { generation, parents };
    this.#made = { request, occupied };
    return request;
  }
}

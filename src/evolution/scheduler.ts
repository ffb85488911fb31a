/**
 * The search as ask and tell: `ask` says which parents to vary, the caller renders and evaluates the children, `tell`
 * puts the winners into the archive. It knows nothing of devices, encodings or networks.
 */
import { Archive, type Candidate, type Replacement } from './archive.ts';
import { uniformSelector } from './selector.ts';

/** What a generation is to be made of. */
export interface GenerationRequest {
  readonly generation: number;
  /** Cell of each child's parent; undefined asks for random individuals. */
  readonly parents: Uint32Array<ArrayBuffer> | undefined;
}

/** The child that the network is surest of, for one class. */
export interface Winner {
  readonly confidence: number;
  readonly logOdds: number;
  readonly child: number;
}

/** Says which parents are to be varied, and takes the winners: ask and tell, as in pyribs. Equal seeds ask for the same. */
export class Scheduler {
  #generation: number;
  #asked: GenerationRequest | undefined;

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
  tell(winners: readonly Winner[]): Replacement[] {
    const asked = this.#asked;
    if (!asked) throw new Error('tell without ask');
    if (winners.length !== this.archive.cells) {
      throw new RangeError(`${String(winners.length)} winners for ${String(this.archive.cells)} cells`);
    }
    // Elites as they were when the parents were drawn, since one winner may replace the parent of the next.
    const candidates = winners.map(({ confidence, logOdds, child }, cell): Candidate => {
      this.#checkChild(child, cell);
      const parentCell = asked.parents?.[child];
      const parent = parentCell === undefined ? undefined : this.archive.elite(parentCell);
      return {
        cell,
        confidence,
        logOdds,
        child,
        id: asked.generation * this.populationSize + child,
        generation: asked.generation,
        parent: parentCell === undefined || !parent ? null : { cell: parentCell, id: parent.id },
      };
    });
    const replacements = this.archive.add(candidates);
    this.#asked = undefined;
    this.#generation++;
    return replacements;
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
    return { generation, parents: uniformSelector(occupied, this.populationSize, this.seed, generation) };
  }
}

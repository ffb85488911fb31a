/** The archive: one cell for each class, which holds the elite that the network is surest of (MAP-Elites, paper §2.2). */
import { logOddsOf } from '../model/log-odds.ts';

/** What a cell holds of its best image so far. */
export interface Elite {
  /** Identity: the running number of its evaluation, from 0. */
  readonly id: number;
  /** Identity of the elite that it was copied from; null in generation 0. */
  readonly parent: number | null;
  readonly generation: number;
  readonly confidence: number;
  /** Of that confidence, where it rounds to 1 as well; older checkpoints have none. */
  readonly logOdds?: number;
  /** How often its cell changed hands through a child of another cell's elite. */
  readonly goalSwitches: number;
  /** How often its cell changed hands at all, its first elite left out; unknown where an older checkpoint was gone on from. */
  readonly replacements?: number;
}

/** The best child of a generation for one cell. */
export interface Candidate {
  readonly cell: number;
  readonly confidence: number;
  readonly logOdds: number;
  /** Number of the child within its generation. */
  readonly child: number;
  readonly id: number;
  readonly generation: number;
  /** The cell and the elite that it was copied from; null in generation 0. */
  readonly parent: { readonly cell: number; readonly id: number } | null;
}

/** A cell that changed hands in a generation. */
export interface Replacement {
  readonly cell: number;
  readonly child: number;
  /** Whether the child was one of another cell's elite (a goal switch: Nguyen, Yosinski, Clune 2015, Innovation Engines). */
  readonly switched: boolean;
}

/** The mean over crops of float32 probabilities may exceed 1 by rounding; records are checked against the same bound. */
export const mostConfidence = 1.0001;

/**
 * MAP-Elites' archive with a cell for each class (paper §2.2): a child becomes the elite of a cell only where its log-odds
 * are strictly higher.
 */
export class Archive {
  readonly #elites: (Elite | undefined)[];
  /** Of every cell, −∞ where it is empty: what a generation is compared with. */
  readonly #logOdds: Float64Array;
  readonly #confidences: Float64Array<ArrayBuffer>;
  /** Numbers of the cells that hold an elite, in order; undefined where one has come since they were counted. */
  #occupied: readonly number[] | undefined;

  /** @param cells how many; every cell starts empty */
  constructor(readonly cells: number) {
    this.#elites = Array.from({ length: cells }, () => undefined);
    this.#logOdds = new Float64Array(cells).fill(-Infinity);
    this.#confidences = new Float64Array(cells);
  }

  /** Of a cell by number; undefined where it is empty. */
  elite(cell: number): Elite | undefined {
    return this.#elites[cell];
  }

  /** Numbers of the cells that hold an elite, in order. */
  occupied(): readonly number[] {
    this.#occupied ??= [...this.#elites.keys()].filter((cell) => this.#elites[cell] !== undefined);
    return this.#occupied;
  }

  /** Confidence of every cell; 0 where there is no elite. */
  confidences(): Float64Array<ArrayBuffer> {
    return this.#confidences.slice();
  }

  /** Puts an elite into a cell without comparing, as a checkpoint does. */
  restore(cell: number, elite: Elite): void {
    this.#check(cell);
    this.#put(cell, elite);
  }

  /** Whether a child of such log-odds would take the cell: they are to be strictly higher, of equals the older one stays. */
  yields(cell: number, logOdds: number): boolean {
    return logOdds > (this.#logOdds[cell] ?? Infinity);
  }

  /**
   * Compares every candidate in its cell. A candidate replaces an elite only when its log-odds are strictly higher: of
   * equals, the older one stays.
   * @returns the cells that changed hands
   * @throws RangeError for a confidence that is no number in [0, 1], log-odds that are no finite number, or a cell that is
   *   not there
   */
  add(candidates: readonly Candidate[]): Replacement[] {
    // All before any is taken: one that cannot be leaves the archive as it is.
    for (const candidate of candidates) this.#checkCandidate(candidate);
    return candidates.flatMap((candidate) => {
      const { cell, confidence, logOdds, child, id, generation, parent } = candidate;
      if (!this.yields(cell, logOdds)) return [];
      const elite = this.#elites[cell];
      const switched =
        elite !== undefined && parent !== null && parent.cell !== cell && parent.id !== elite.id;
      const goalSwitches = (elite?.goalSwitches ?? 0) + (switched ? 1 : 0);
      const born = { id, parent: parent?.id ?? null, generation, confidence, logOdds };
      this.#put(cell, { ...born, goalSwitches, ...replacementsAfter(elite) });
      return [{ cell, child, switched }];
    });
  }

  #put(cell: number, elite: Elite): void {
    if (!this.#elites[cell]) this.#occupied = undefined;
    this.#elites[cell] = elite;
    this.#confidences[cell] = elite.confidence;
    this.#logOdds[cell] = elite.logOdds ?? logOddsOf(elite.confidence);
  }

  #checkCandidate({ cell, confidence, logOdds }: Candidate): void {
    this.#check(cell);
    checkSureness(cell, confidence, logOdds);
  }

  #check(cell: number): void {
    if (Number.isInteger(cell) && cell >= 0 && cell < this.cells) return;
    throw new RangeError(`cell ${String(cell)} is not in an archive of ${String(this.cells)} cells`);
  }
}

/** @throws RangeError for a confidence that is no number in [0, 1], or log-odds that are no finite number */
export function checkSureness(cell: number, confidence: number, logOdds: number): void {
  const got = `cell ${String(cell)} got`;
  if (!(confidence >= 0 && confidence <= mostConfidence))
    throw new RangeError(`${got} a confidence of ${String(confidence)}, expected a number from 0 to 1`);
  if (!Number.isFinite(logOdds))
    throw new RangeError(`${got} log-odds of ${String(logOdds)}, expected a finite number`);
}

/** The count of the elite that replaces another. */
function replacementsAfter(elite: Elite | undefined): Pick<Elite, 'replacements'> {
  if (!elite) return { replacements: 0 };
  return elite.replacements === undefined ? {} : { replacements: elite.replacements + 1 };
}

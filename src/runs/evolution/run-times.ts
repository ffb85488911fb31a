/** The times of a run over all its processes: what the search counts, and saving. */
import type { SearchProgress } from '../../evolution/recorder.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { RunPhaseTimes } from './records.ts';

const none: RunPhaseTimes = { setUp: 0, render: 0, network: 0, readBack: 0, evolution: 0, saving: 0 };

export class RunTimes {
  readonly #before: RunPhaseTimes;
  readonly #secondsBefore: number;
  #taken: SearchProgress['times'] = none;
  #saving = 0;
  #isWaiting = false;
  readonly #backgroundBefore: number;
  #background = 0;
  /** Moment of the clock at which the run would have begun, had it never stopped. */
  #began: number | undefined;

  /** @param from of a run that goes on */
  constructor(
    private readonly now: () => number,
    from: Pick<Checkpoint, 'seconds' | 'milliseconds' | 'backgroundSaving'> | undefined,
  ) {
    this.#before = { ...none, ...from?.milliseconds };
    this.#secondsBefore = from?.seconds ?? 0;
    this.#backgroundBefore = from?.backgroundSaving ?? 0;
  }

  /** Takes over what a search has counted so far. */
  take({ times, seconds }: SearchProgress): void {
    this.#taken = times;
    this.#began ??= this.now() - 1000 * (this.#secondsBefore + seconds);
  }

  get moment(): number {
    return this.now();
  }

  /** Counts what the search waits for saving. */
  async waiting(work: Promise<void>): Promise<void> {
    const start = this.now();
    this.#isWaiting = true;
    try {
      await work;
    } finally {
      this.#isWaiting = false;
      this.#saving += this.now() - start;
    }
  }

  /** Counts what it takes to hand something over, not what is done with it in another thread. */
  handing<T>(work: () => T): T {
    const start = this.now();
    const result = work();
    if (!this.#isWaiting) this.#saving += this.now() - start;
    return result;
  }

  /** Counts a save beside the search that is over now. @param start moment at which it began */
  saved(start: number): void {
    this.#background += this.now() - start;
  }

  /** Milliseconds that saves took beside the search. */
  get backgroundSaving(): number {
    return this.#backgroundBefore + this.#background;
  }

  get seconds(): number {
    return this.#began === undefined ? this.#secondsBefore : (this.now() - this.#began) / 1000;
  }

  /** As they are now. */
  get milliseconds(): RunPhaseTimes {
    const before = this.#before;
    const { setUp, render, network, readBack, evolution } = this.#taken;
    return {
      setUp: before.setUp + setUp,
      render: before.render + render,
      network: before.network + network,
      readBack: before.readBack + readBack,
      evolution: before.evolution + evolution,
      saving: before.saving + this.#saving,
    };
  }
}

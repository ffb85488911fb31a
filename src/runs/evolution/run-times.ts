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
  /** Moment of the clock at which the run would have begun, had it never stopped. */
  #began: number | undefined;

  /** @param from of a run that goes on */
  constructor(
    private readonly now: () => number,
    from: Pick<Checkpoint, 'seconds' | 'milliseconds'> | undefined,
  ) {
    this.#before = { ...none, ...from?.milliseconds };
    this.#secondsBefore = from?.seconds ?? 0;
  }

  /** Takes over what a search has counted so far. */
  take({ times, seconds }: SearchProgress): void {
    this.#taken = times;
    this.#began ??= this.now() - 1000 * (this.#secondsBefore + seconds);
  }

  /** Counts what saving takes. @returns the moment at which it began */
  async saving(work: () => Promise<void>): Promise<number> {
    const start = this.now();
    await work();
    this.#saving += this.now() - start;
    return start;
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

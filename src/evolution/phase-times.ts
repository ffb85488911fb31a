/** Where the time of a search goes. */
import type { Evaluation } from './evaluator.ts';

/** Wall-clock milliseconds by phase; those on the device by timestamp queries, and 0 where it has none. */
export interface PhaseTimes {
  /** Until the search began: opening the device, compiling. */
  readonly setUp: number;
  readonly render: number;
  readonly network: number;
  /** What waiting for the device took beyond that. */
  readonly readBack: number;
  /** Selecting, mutating and replacing on the CPU. */
  readonly evolution: number;
}

export class PhaseClock {
  readonly #times: { -readonly [Phase in keyof PhaseTimes]: number };
  readonly #started: number;

  /**
   * @param now milliseconds of a clock that only moves forward
   * @param setUp milliseconds that went by before
   */
  constructor(
    private readonly now: () => number,
    setUp: number,
  ) {
    this.#times = { setUp, render: 0, network: 0, readBack: 0, evolution: 0 };
    this.#started = now();
  }

  get seconds(): number {
    return (this.now() - this.#started) / 1000;
  }

  /** As they are now. */
  get times(): PhaseTimes {
    return { ...this.#times };
  }

  /** Counts the CPU's work on a generation. */
  async breeding<T>(work: () => T | Promise<T>): Promise<T> {
    const start = this.now();
    const result = await work();
    this.#times.evolution += this.now() - start;
    return result;
  }

  /** Waits for an evaluation; what the device does not account for is the way there and back. */
  async judging(evaluating: Promise<Evaluation>): Promise<Evaluation> {
    const start = this.now();
    const evaluation = await evaluating;
    const { render, network } = evaluation;
    this.#times.render += render;
    this.#times.network += network;
    this.#times.readBack += Math.max(0, this.now() - start - render - network);
    return evaluation;
  }
}

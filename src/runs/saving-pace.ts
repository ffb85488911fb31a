/** When a run is to be saved: not too often, and so that saving takes no more than a share of the time. */
export class SavingPace {
  /** No checkpoint before this moment of the host's clock. */
  #next: number;

  /**
   * @param now milliseconds of a clock that only moves forward
   * @param every milliseconds between checkpoints, at least; default: 5 s
   * @param share of the time that saving may take, up to 1; default: 0.1
   */
  constructor(
    private readonly now: () => number,
    private readonly every = 5000,
    private readonly share = 0.1,
  ) {
    this.#next = now() + every;
  }

  get isDue(): boolean {
    return this.now() >= this.#next;
  }

  /** @param start moment at which the saving that is over now began */
  saved(start: number): void {
    const end = this.now();
    this.#next = Math.max(start + this.every, end + (end - start) * (1 / this.share - 1));
  }
}

/** Work in the background of which one piece is under way at a time. */
export class OneAtATime {
  #current: Promise<void> | undefined;

  get isBusy(): boolean {
    return this.#current !== undefined;
  }

  /** @param work never rejects */
  begin(work: () => Promise<void>): void {
    if (this.#current) throw new Error('the piece of work before is not over');
    this.#current = work().finally(() => {
      this.#current = undefined;
    });
  }

  /** Waits until nothing is under way. */
  async settled(): Promise<void> {
    await this.#current;
  }
}

/**
 * Which of many independent events of the same small probability happen, at one draw for each that does: the number of misses
 * before the next is geometric. Thresholds are products alone, hence the same bits wherever they run.
 */
const guides = 256;

export class Gaps {
  /** Probability that at least so many misses come first, falling. */
  readonly #atLeast: Float64Array;
  /** Of each part of [0, 1): how many misses its largest number stands for. */
  readonly #guide: Uint16Array;

  /** @param probability of each event, above 0 and below 1 */
  constructor(probability: number) {
    const atLeast = [1];
    // Uniform numbers have 53 bits at most.
    for (let left = 1; left >= 2 ** -53;) atLeast.push((left *= 1 - probability));
    this.#atLeast = Float64Array.from(atLeast);
    this.#guide = Uint16Array.from({ length: guides }, (_, part) => this.#count((part + 1) / guides, 0));
  }

  /** Misses before the next event. @param uniform in [0, 1): one random number */
  next(uniform: number): number {
    return this.#count(uniform, this.#guide[Math.floor(uniform * guides)] ?? 0);
  }

  /** The most misses, from `first` on, that come with a probability above the number. */
  #count(uniform: number, first: number): number {
    let misses = first;
    while ((this.#atLeast[misses + 1] ?? 0) > uniform) misses++;
    return misses;
  }
}

/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a
 * counter-based generator, so that the random numbers of one child of one generation depend on nothing but the
 * seed and its place. It uses additions, rotations and exclusive ors only, hence runs bit for bit the same in
 * `shaders/lib/threefry.wgsl`.
 */
export type Word = number;

const rotations = [13, 15, 26, 6, 17, 29, 16, 24] as const;

/** Encrypts a counter of two 32-bit words with a key of two; every output bit looks random. */
export function threefry2x32(key: readonly [Word, Word], counter: readonly [Word, Word]): [Word, Word] {
  const schedule = [key[0], key[1], key[0] ^ key[1] ^ 0x1bd11bda];
  let x = (counter[0] + key[0]) | 0;
  let y = (counter[1] + key[1]) | 0;
  for (let round = 0; round < 20; round++) {
    const rotation = rotations[round % 8] ?? 0;
    x = (x + y) | 0;
    y = ((y << rotation) | (y >>> (32 - rotation))) ^ x;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x = (x + (schedule[injection % 3] ?? 0)) | 0;
      y = (y + (schedule[(injection + 1) % 3] ?? 0) + injection) | 0;
    }
  }
  return [x >>> 0, y >>> 0];
}

/**
 * A stream of random numbers named by its seed and a path of whole numbers, e.g. (seed, purpose, generation, child).
 * Streams of different names are independent; the same name gives the same numbers, in any order of use.
 */
export class RandomStream {
  readonly #key: readonly [Word, Word];
  #counter = 0;

  constructor(key: readonly [Word, Word]) {
    this.#key = key;
  }

  /** @param seed any safe non-negative integer */
  static of(seed: number, ...path: readonly number[]): RandomStream {
    let key: [Word, Word] = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)];
    for (const [depth, step] of path.entries()) key = threefry2x32(key, [step, depth + 1]);
    return new RandomStream(key);
  }

  /** The key, to hand the stream over to a shader. */
  get key(): readonly [Word, Word] {
    return this.#key;
  }

  /** Two fresh words. */
  words(): [Word, Word] {
    return threefry2x32(this.#key, [this.#counter++, 0]);
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    const [high, low] = this.words();
    return (high * 2 ** 21 + (low >>> 11)) / 2 ** 53;
  }

  /** Uniform among 0 … count − 1; the bias of `count / 2^53` is beyond notice. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Numbers 0 … count − 1 in random order (Fisher–Yates). */
  permutation(count: number): Uint32Array<ArrayBuffer> {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.below(last + 1);
      const kept = order[last] ?? 0;
      order[last] = order[other] ?? 0;
      order[other] = kept;
    }
    return order;
  }
}

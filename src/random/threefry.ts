/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a
 * counter-based generator, so that the random numbers of one child of one generation depend on nothing but the
 * seed and its place. It uses additions, rotations and exclusive ors only, hence runs bit for bit the same in
 * `shaders/lib/threefry.wgsl`.
 */
export type Word = number;

/** Where a block is put: no pair is made for each, of which a generation draws some thousands. */
const block = new Uint32Array(2);

/** Encrypts a counter of two 32-bit words with a key of two; every output bit looks random. */
export function threefry2x32(key: readonly [Word, Word], counter: readonly [Word, Word]): [Word, Word] {
  encrypt(key[0], key[1], counter[0], counter[1]);
  return [word(0), word(1)];
}

/** Leaves the result in `block`. */
function encrypt(key0: Word, key1: Word, counter0: Word, counter1: Word): void {
  let next = key0 | 0;
  let after = key1 | 0;
  let last = key0 ^ key1 ^ 0x1bd11bda;
  let x = (counter0 + next) | 0;
  let y = (counter1 + after) | 0;
  for (let injection = 1; injection <= 5; injection++) {
    if (injection & 1) {
      x = (x + y) | 0;
      y = ((y << 13) | (y >>> 19)) ^ x;
      x = (x + y) | 0;
      y = ((y << 15) | (y >>> 17)) ^ x;
      x = (x + y) | 0;
      y = ((y << 26) | (y >>> 6)) ^ x;
      x = (x + y) | 0;
      y = ((y << 6) | (y >>> 26)) ^ x;
    } else {
      x = (x + y) | 0;
      y = ((y << 17) | (y >>> 15)) ^ x;
      x = (x + y) | 0;
      y = ((y << 29) | (y >>> 3)) ^ x;
      x = (x + y) | 0;
      y = ((y << 16) | (y >>> 16)) ^ x;
      x = (x + y) | 0;
      y = ((y << 24) | (y >>> 8)) ^ x;
    }
    const used = next;
    next = after;
    after = last;
    last = used;
    x = (x + next) | 0;
    y = (y + after + injection) | 0;
  }
  block[0] = x;
  block[1] = y;
}

const word = (index: 0 | 1): Word => block[index] ?? 0;

/**
 * A stream of random numbers named by its seed and a path of whole numbers, e.g. (seed, purpose, generation, child).
 * Streams of different names are independent; the same name gives the same numbers, in any order of use.
 */
export class RandomStream {
  // Small integers of V8 have a sign: as such they are made without a heap number each.
  readonly #high: number;
  readonly #low: number;
  readonly #depth: number;
  #counter = 0;

  /** @param depth length of the path that the key is of; the next number of a longer name counts from there */
  private constructor(high: Word, low: Word, depth: number) {
    this.#high = high | 0;
    this.#low = low | 0;
    this.#depth = depth;
  }

  /** @param seed any safe non-negative integer */
  static of(seed: number, ...path: readonly number[]): RandomStream {
    const root = new RandomStream(seed % 2 ** 32, Math.floor(seed / 2 ** 32), 0);
    return path.reduce((stream: RandomStream, step) => stream.at(step), root);
  }

  /** The stream whose name goes on with one more number: `of(seed, a).at(b)` is `of(seed, a, b)`. */
  at(step: number): RandomStream {
    encrypt(this.#high, this.#low, step, this.#depth + 1);
    return new RandomStream(word(0), word(1), this.#depth + 1);
  }

  /** The key, to hand the stream over to a shader. */
  get key(): readonly [Word, Word] {
    return [this.#high >>> 0, this.#low >>> 0];
  }

  /** Two fresh words. */
  words(): [Word, Word] {
    this.draw();
    return [word(0), word(1)];
  }

  /**
   * Two fresh numbers at the price of one, with 32 random bits each: `first` and `second` are theirs until any stream draws
   * again.
   */
  draw(): this {
    encrypt(this.#high, this.#low, this.#counter++, 0);
    return this;
  }

  /** Uniform in [0, 1). */
  get first(): number {
    return word(0) / 2 ** 32;
  }

  get second(): number {
    return word(1) / 2 ** 32;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    this.draw();
    return (word(0) * 2 ** 21 + (word(1) >>> 11)) / 2 ** 53;
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

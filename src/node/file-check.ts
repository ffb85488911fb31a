/** Whether a file is the one that was published: its size and hashes, read in pieces. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { hashAlgorithms, type HashAlgorithm, type KnownWeights } from '../weights/known-weights.ts';
import { storageError } from './file-storage.ts';

/** What a file must be. */
export type ExpectedFile = Pick<KnownWeights, 'bytes' | 'hashes'>;

/** Takes a file's bytes in order; `problem` then says how it differs from what was expected. */
export class FileChecker {
  readonly #hashes: readonly { algorithm: HashAlgorithm; digits: string; hash: Hash }[];
  #bytes = 0;

  constructor(private readonly expected: ExpectedFile) {
    this.#hashes = hashAlgorithms.flatMap((algorithm) => {
      const digits = expected.hashes[algorithm];
      return digits === undefined ? [] : [{ algorithm, digits, hash: createHash(algorithm) }];
    });
  }

  update(piece: Uint8Array): void {
    this.#bytes += piece.length;
    for (const { hash } of this.#hashes) hash.update(piece);
  }

  /** To be called once, after the last piece; undefined when everything holds. */
  problem(): string | undefined {
    if (this.#bytes !== this.expected.bytes) return wrongSize(this.#bytes, this.expected.bytes);
    for (const { algorithm, digits, hash } of this.#hashes) {
      const found = hash.digest('hex');
      if (found !== digits) return `its ${algorithm} is ${found}, expected ${digits}`;
    }
    return undefined;
  }
}

/**
 * Reads a file afresh.
 * @returns what is wrong with it, or undefined when its size and hashes hold
 * @throws StorageError when it cannot be read
 */
export async function checkFile(path: string, expected: ExpectedFile): Promise<string | undefined> {
  try {
    const { size } = await stat(path);
    if (size !== expected.bytes) return wrongSize(size, expected.bytes);
    const checker = new FileChecker(expected);
    for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 }) as AsyncIterable<Buffer>)
      checker.update(piece);
    return checker.problem();
  } catch (error) {
    throw storageError('read', path, error);
  }
}

function wrongSize(found: number, expected: number): string {
  return `it has ${String(found)} bytes, expected ${String(expected)}`;
}

/** Brings a published weight file into the cache: from the network, or from a file that the user has. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, open, rename, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { WeightFileError } from '../formats/weight-file-error.ts';
import { formatBytes } from '../gpu/errors.ts';
import { messageOf } from '../util/message-of.ts';
import type { KnownWeights } from '../weights/known-weights.ts';
import { RequestError } from './download-request.ts';
import { download, type Patience } from './download.ts';
import { checkFile, FileChecker } from './file-check.ts';
import { storageError, StorageError } from './file-storage.ts';
import { takeLock, type Lock } from './process-lock.ts';
import { partSize, readOrigin, removePart, resumableSize, type OpenPart } from './part-file.ts';
import { cachePathOf, noteVerified, partPathOf, verifyCached } from './weights-cache.ts';

/** Where weights are fetched from, and how the caller follows it. */
export interface FetchOptions {
  /** A file, or an address to use in place of the published ones. */
  readonly from?: string;
  /** Stops the fetch; what has come stays for the next one. */
  readonly signal?: AbortSignal;
  /** Bytes of the file that are there. */
  readonly onProgress?: (bytes: number) => void;
  /** What the user may want to know on the way. */
  readonly onNote?: (text: string) => void;
  readonly patience?: Partial<Patience>;
  readonly openPart?: OpenPart;
}

/** Where fetched weights are, and where they came from. */
export interface Fetched {
  readonly path: string;
  /** `present`: it was there already, and holds. */
  readonly status: 'downloaded' | 'copied' | 'present';
  /** Of the sources, the one that it came from. */
  readonly from?: string;
}

/**
 * Two processes may fetch the same file at once: the second waits for the first.
 * @throws WeightFileError saying what failed and what to do; no file has been given its final name then
 */
export async function fetchWeights(weights: KnownWeights, options: FetchOptions = {}): Promise<Fetched> {
  const file = cachePathOf(weights);
  try {
    await mkdir(path.dirname(file), { recursive: true });
  } catch (error) {
    throw new WeightFileError(
      `${storageError('write', file, error).message}; XDG_CACHE_HOME can name another folder for caches`,
    );
  }
  const lost = new AbortController();
  const lock = await lockFile(file, options, lost);
  const signal = options.signal ? AbortSignal.any([options.signal, lost.signal]) : lost.signal;
  try {
    // Of a process that was killed while it copied.
    await rm(copyPathOf(weights), { force: true });
    if (existsSync(file)) {
      const problem = await verifyCached(weights);
      if (problem === undefined) return { path: file, status: 'present' };
      options.onNote?.(`${file} is damaged (${problem}): fetching it again`);
    }
    const { from } = options;
    if (from !== undefined && !isAddress(from)) {
      await copyChecked(weights, from, { ...options, signal });
      return { path: file, status: 'copied', from };
    }
    const address = await downloadChecked(weights, from === undefined ? weights.urls : [from], {
      ...options,
      signal,
    });
    return { path: file, status: 'downloaded', from: address };
  } catch (error) {
    lost.signal.throwIfAborted();
    if (options.signal?.aborted !== true) throw error;
    const have = await resumableSize(partPathOf(weights));
    const kept =
      have > 0
        ? `${formatBytes(have)} of ${formatBytes(weights.bytes)} are kept, the same command resumes`
        : '';
    throw new WeightFileError(`interrupted${kept && `: ${kept}`}`);
  } finally {
    await lock.release().catch(() => undefined);
  }
}

export function isAddress(from: string): boolean {
  return /^https?:\/\//i.test(from);
}

interface Work extends FetchOptions {
  readonly signal: AbortSignal;
}

/** @returns the address that served the file */
async function downloadChecked(weights: KnownWeights, urls: readonly string[], work: Work): Promise<string> {
  const part = partPathOf(weights);
  const begun = (await readOrigin(part))?.url;
  const failures: string[] = [];
  // One that has been begun goes on.
  for (const url of [...urls].sort((a, b) => Number(b === begun) - Number(a === begun))) {
    const before = failures.at(-1);
    if (before !== undefined) work.onNote?.(`${before}; trying ${new URL(url).host}`);
    try {
      await ensureSpace(weights, begun === url ? await partSize(part) : 0);
      await download(url, part, {
        ...work,
        bytes: weights.bytes,
        onRetry: (why) => {
          work.onNote?.(why);
        },
      });
    } catch (error) {
      if (error instanceof StorageError) throw await diskProblem(weights, error);
      if (!(error instanceof RequestError)) throw error;
      failures.push(error.message);
      continue;
    }
    const problem = await checkFile(part, weights);
    if (problem === undefined) {
      await takeName(weights, part);
      return url;
    }
    // None of its bytes is worth keeping.
    await removePart(part);
    failures.push(`what ${url} serves is not ${weights.file}: ${problem}; it was deleted`);
  }
  throw new WeightFileError(
    `${weights.name} could not be fetched: ${failures.join('; ') || 'no address of it is known'}.${proxyHint()} To ` +
      `fetch it by hand, download ${urls[0] ?? weights.file} wherever you can (${weights.page} describes it) ` +
      `and run: fool weights fetch ${weights.name} --from FILE`,
  );
}

/** Behind a proxy, a machine looks offline to a Node that does not use it. */
function proxyHint(): string {
  const { env } = process;
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  const set = names.find((name) => (env[name] ?? '') !== '');
  if (set === undefined || env['NODE_USE_ENV_PROXY'] === '1') return '';
  return ` The proxy in ${set} was not used: Node does so from version 24 on, with NODE_USE_ENV_PROXY=1.`;
}

async function copyChecked(weights: KnownWeights, from: string, work: Work): Promise<void> {
  const found = await stat(from).catch((error: unknown) => {
    throw new WeightFileError(`cannot read ${from}: ${messageOf(error)}`);
  });
  const refuse = (problem: string) => new WeightFileError(`${from} is not ${weights.file}: ${problem}`);
  if (!found.isFile()) throw refuse('it is no file');
  if (found.size !== weights.bytes)
    throw refuse(`it has ${String(found.size)} bytes, expected ${String(weights.bytes)}`);
  await ensureSpace(weights, 0);
  const copy = copyPathOf(weights);
  const checker = new FileChecker(weights);
  let copied = 0;
  try {
    await pipeline(
      createReadStream(from, { highWaterMark: 2 ** 20 }),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          checker.update(piece);
          copied += piece.length;
          work.onProgress?.(copied);
          yield piece;
        }
      },
      createWriteStream(copy),
      { signal: work.signal },
    );
    const problem = checker.problem();
    if (problem !== undefined) throw refuse(problem);
    await takeName(weights, copy);
  } catch (error) {
    await rm(copy, { force: true });
    work.signal.throwIfAborted();
    throw error instanceof WeightFileError
      ? error
      : await diskProblem(weights, storageError('write', copy, error));
  }
}

const copyPathOf = (weights: KnownWeights) => `${cachePathOf(weights)}.copy`;

async function takeName(weights: KnownWeights, checked: string): Promise<void> {
  const file = cachePathOf(weights);
  try {
    // A power failure must not leave the name with half the bytes.
    const handle = await open(checked, 'r+');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(checked, file);
  } catch (error) {
    throw storageError('write', file, error);
  }
  await noteVerified(file);
  await removePart(partPathOf(weights));
}

/** Better to say it before the first byte than after the last. */
async function ensureSpace(weights: KnownWeights, have: number): Promise<void> {
  const folder = path.dirname(cachePathOf(weights));
  const disk = await statfs(folder).catch(() => undefined);
  if (!disk) return;
  const free = disk.bavail * disk.bsize;
  const needed = weights.bytes - have;
  if (free >= needed) return;
  throw new WeightFileError(
    `${weights.file} needs ${formatBytes(needed)} more in ${folder}, where ${formatBytes(free)} are free: ` +
      `free some space, or name a folder on another disk with XDG_CACHE_HOME`,
  );
}

async function diskProblem(weights: KnownWeights, error: StorageError): Promise<WeightFileError> {
  const have = await resumableSize(partPathOf(weights));
  const kept = have > 0 ? `; ${formatBytes(have)} are kept, and the same command resumes` : '';
  return new WeightFileError(
    `${error.message} (${weights.file} has ${formatBytes(weights.bytes)}, ${formatBytes(weights.bytes - have)} ` +
      `are missing${kept}; XDG_CACHE_HOME can name another folder for caches)`,
  );
}

async function lockFile(
  file: string,
  { signal, onNote }: FetchOptions,
  lost: AbortController,
): Promise<Lock> {
  const name = path.basename(file);
  try {
    return await takeLock(`${file}.lock`, {
      ...(signal && { signal }),
      onWait: () => onNote?.(`another process is fetching ${name}: waiting for it`),
      onLost: () => {
        // Going on could mix the bytes of two processes.
        lost.abort(new WeightFileError(`the lock of ${file} was removed: run the command again`));
      },
    });
  } catch (error) {
    if (signal?.aborted === true)
      throw new WeightFileError(`interrupted while another process was fetching ${name}`);
    throw storageError('write', `${file}.lock`, error);
  }
}

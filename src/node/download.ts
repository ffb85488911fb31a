/**
 * Downloads a file over connections that break: each attempt goes on where the last one stopped, in this
 * process or in an earlier one, and only attempts that brought nothing count as failures.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { requestRest, RequestError } from './download-request.ts';
import { openPart, partSize, type OpenPart } from './part-file.ts';

export interface DownloadOptions {
  /** What the file must have; a server that offers another number is refused before the first byte. */
  readonly bytes: number;
  /** Stops the download; the part stays. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (bytes: number) => void;
  /** Why the next attempt is made. */
  readonly onRetry?: (why: string) => void;
  readonly patience?: Partial<Patience>;
  readonly openPart?: OpenPart;
}

/** How long a download is tried; times in milliseconds. */
export interface Patience {
  /** Without a byte for so long, a connection counts as dead. */
  readonly stallMs: number;
  /** Attempts in a row that bring nothing new. */
  readonly attempts: number;
  /** Before the second attempt; doubles with each further one that brings nothing. */
  readonly waitMs: number;
}

const usualPatience: Patience = { stallMs: 30_000, attempts: 6, waitMs: 1000 };
const longestWaitMs = 30_000;

/**
 * Fills `part`; its content is not checked here.
 * @throws RequestError saying what the server or the network did
 * @throws StorageError when the disk failed; the part stays
 * @throws the signal's reason when it was aborted; the part stays
 */
export async function download(url: string, part: string, options: DownloadOptions): Promise<void> {
  const patience = { ...usualPatience, ...options.patience };
  const signal = options.signal ?? new AbortController().signal;
  let answers = 0;
  const request = {
    url,
    part,
    bytes: options.bytes,
    stallMs: patience.stallMs,
    signal,
    openPart: options.openPart ?? openPart,
    onProgress: (bytes: number) => {
      answers++;
      options.onProgress?.(bytes);
    },
  };
  // Of all attempts: one that starts over has brought nothing until it gets further than the others.
  let furthest = await partSize(part);
  for (let failed = 0; ;) {
    try {
      await requestRest(request);
      return;
    } catch (error) {
      if (!(error instanceof RequestError) || error.trouble === 'lasting') throw error;
      // A user who is offline is told at once. Where bytes have come before, the network may come back.
      if (error.trouble === 'unreachable' && answers === 0) throw error;
      const size = await partSize(part);
      failed = size > furthest ? 0 : failed + 1;
      furthest = Math.max(furthest, size);
      if (failed >= patience.attempts) {
        const tries = `${String(failed)} attempts in a row brought nothing`;
        throw new RequestError(`${error.message}, and ${tries}`, 'lasting');
      }
      const backOffMs = Math.min(longestWaitMs, patience.waitMs * 2 ** Math.max(0, failed - 1));
      const waitMs = Math.max(error.waitMs, backOffMs);
      options.onRetry?.(`${error.message}; trying again in ${String(Math.round(waitMs / 100) / 10)} s`);
      await sleep(waitMs, undefined, { signal }).catch(() => {
        signal.throwIfAborted();
      });
    }
  }
}

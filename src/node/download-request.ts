/** One HTTP request of a download: asks for what is missing of a part, and appends what comes. */
import { messageOf } from '../util/message-of.ts';
import { storageError, StorageError } from './file-storage.ts';
import {
  partSize,
  readOrigin,
  removePart,
  writeOrigin,
  type OpenPart,
  type PartOrigin,
} from './part-file.ts';

/**
 * `passing`: the same request may do better in a moment. `unreachable`: there is no way to the host; that
 * passes when there was one a moment ago, and else means that the machine is offline. `lasting`: it is no use.
 */
export type Trouble = 'passing' | 'unreachable' | 'lasting';

/** The request did not bring the file to its end. */
export class RequestError extends Error {
  override readonly name = 'RequestError';

  /** @param waitMs what the server asked to wait before the next request */
  constructor(
    message: string,
    readonly trouble: Trouble,
    readonly waitMs = 0,
  ) {
    super(message);
  }
}

export interface RequestOptions {
  readonly url: string;
  /** The file to fill; see part-file.ts. */
  readonly part: string;
  /** What the whole file must have. */
  readonly bytes: number;
  /** Without a byte for so long, the connection counts as dead. */
  readonly stallMs: number;
  readonly signal: AbortSignal;
  readonly openPart: OpenPart;
  readonly onProgress: (bytes: number) => void;
}

/**
 * @throws RequestError when the server or the network failed; what has come stays in the part
 * @throws StorageError when the disk failed
 * @throws the signal's reason when it was aborted
 */
export async function requestRest(options: RequestOptions): Promise<void> {
  const { url, part, bytes, signal } = options;
  const origin = await readOrigin(part);
  const size = origin?.url === url ? await partSize(part) : 0;
  if (size === bytes) return;
  const have = size < bytes ? size : 0;
  const watch = new Watch(options.stallMs);
  try {
    const response = await send(options, watch, have, origin);
    const from = await startOf(response, options, have, origin);
    await receive(response, options, watch, from);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RequestError || error instanceof StorageError) throw error;
    if (watch.signal.aborted) {
      throw new RequestError(
        `${hostOf(url)} sent nothing for ${String(options.stallMs / 1000)} s`,
        'passing',
      );
    }
    throw networkError(url, error);
  } finally {
    watch.end();
  }
}

export function hostOf(url: string): string {
  return new URL(url).host;
}

/** Cuts the connection when nothing has come for a while, and at the end what is left of it. */
class Watch {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly signal = this.#controller.signal;

  constructor(ms: number) {
    this.#timer = setTimeout(() => {
      this.#controller.abort();
    }, ms);
  }

  touch(): void {
    this.#timer.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

async function send(
  { url, signal }: RequestOptions,
  watch: Watch,
  have: number,
  origin: PartOrigin | undefined,
): Promise<Response> {
  // Compressed, a range would count the compressed bytes.
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'easily-fooled' };
  if (have > 0 && origin) {
    headers['range'] = `bytes=${String(have)}-`;
    headers['if-range'] = origin.validator;
  }
  const response = await fetch(url, { headers, signal: AbortSignal.any([signal, watch.signal]) });
  watch.touch();
  return response;
}

/** The position at which the response's body goes. A part that it does not continue is removed. */
async function startOf(
  response: Response,
  { url, part, bytes }: RequestOptions,
  have: number,
  origin: PartOrigin | undefined,
): Promise<number> {
  const host = hostOf(url);
  const header = (name: string) => response.headers.get(name);
  if (response.status === 206) {
    const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header('content-range') ?? '');
    const fits = range?.[1] === String(have) && (range[2] === '*' || range[2] === String(bytes));
    const validator = validatorOf(response.headers);
    // A server that knows ranges but not If-Range would glue another version on.
    if (have > 0 && fits && (validator === undefined || validator === origin?.validator)) return have;
    await removePart(part);
    throw new RequestError(`${host} sent another range or version than was asked for`, 'passing');
  }
  if (response.status === 416) {
    await removePart(part);
    throw new RequestError(`${host} has another version of the file than the part on disk`, 'passing');
  }
  if (response.status !== 200) {
    const passing = response.status >= 500 || [408, 425, 429].includes(response.status);
    const status = `${host} answered ${String(response.status)} ${response.statusText}`.trimEnd();
    throw new RequestError(status, passing ? 'passing' : 'lasting', retryAfter(response.headers));
  }
  const announced = header('content-encoding') === null ? header('content-length') : null;
  if (announced !== null && Number(announced) !== bytes) {
    throw new RequestError(
      `${host} offers a file of ${announced} bytes, expected ${String(bytes)}`,
      'lasting',
    );
  }
  return 0;
}

async function receive(
  response: Response,
  { url, part, bytes, openPart, onProgress }: RequestOptions,
  watch: Watch,
  from: number,
): Promise<void> {
  const toDisk = <T>(work: Promise<T>) =>
    work.catch((error: unknown) => {
      throw storageError('write', part, error);
    });
  const file = await toDisk(openPart(part, from === 0 ? 'w' : 'r+'));
  let position = from;
  try {
    // Only now that the old part is empty: bytes and origin must never disagree, not even after a crash.
    if (from === 0) await writeOrigin(part, originOf(response, url));
    onProgress(position);
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      watch.touch();
      if (position + piece.length > bytes) {
        await removePart(part);
        throw new RequestError(
          `${hostOf(url)} sends more than the ${String(bytes)} bytes expected`,
          'lasting',
        );
      }
      await toDisk(file.write(piece, position));
      position += piece.length;
      watch.touch();
      onProgress(position);
    }
  } finally {
    await toDisk(file.close());
  }
  if (position < bytes) {
    throw new RequestError(
      `${hostOf(url)} ended after ${String(position)} of ${String(bytes)} bytes`,
      'passing',
    );
  }
}

function originOf(response: Response, url: string): PartOrigin | undefined {
  const validator = validatorOf(response.headers);
  return validator === undefined ? undefined : { url, validator };
}

/** A weak ETag does not promise the same bytes. */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get('etag');
  return etag?.startsWith('"') === true ? etag : (headers.get('last-modified') ?? undefined);
}

const longestWaitMs = 60_000;

function retryAfter(headers: Headers): number {
  const seconds = Number(headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(longestWaitMs, Math.max(0, 1000 * seconds)) : 0;
}

const unreachable = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EADDRNOTAVAIL',
];

/** fetch says "fetch failed" or "terminated" and hides the reason in its cause. */
function networkError(url: string, error: unknown): RequestError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  // After a redirect, the host that cannot be found is another than the one that was asked.
  const host = cause instanceof Error && 'hostname' in cause ? String(cause.hostname) : hostOf(url);
  if (code !== undefined && unreachable.includes(code))
    return new RequestError(
      `${host} cannot be reached (${code}); this machine may be offline`,
      'unreachable',
    );
  if (code !== undefined && /CERT|TLS/.test(code))
    return new RequestError(`${host} has no certificate that this machine trusts (${code})`, 'lasting');
  // Without a code it is no matter of the network: too many redirects, or one to something that is no web address.
  const cut = code !== undefined || messageOf(error) === 'terminated';
  const why = code === undefined || code.startsWith('UND_ERR') ? messageOf(cause) : code;
  return new RequestError(`the connection to ${host} broke (${why})`, cut ? 'passing' : 'lasting');
}

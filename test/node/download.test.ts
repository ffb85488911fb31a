import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { download, type DownloadOptions } from '../../src/node/download.ts';
import { openPart } from '../../src/node/part-file.ts';
import { StorageError } from '../../src/node/file-storage.ts';
import { serve, type FileServer, type Habits } from '../support/file-server.ts';

const content = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31 + (index >> 8)) & 255);
const other = content.map((byte) => byte ^ 255);
const etag = '"one"';
/** From somewhere within; where exactly depends on what was read before the connection broke. */
const begun = /^bytes=[1-9]\d*-$/;
const root = mkdtempSync(join(tmpdir(), 'fool-download-'));
const part = join(root, 'weights.part');
let server: FileServer | undefined;
/** Bytes of the file that have been written by now. */
let kept = 0;

beforeEach(() => {
  kept = 0;
  rmSync(part, { force: true });
  rmSync(`${part}.json`, { force: true });
});

afterEach(async () => {
  await server?.close();
  server = undefined;
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const withHabits = async (habits: Partial<Habits> = {}) =>
  (server = await serve({ content, etag, kept: () => kept, ...habits }));
const fetched = () => readFileSync(part);
/** Far quicker than a deep comparison of arrays. */
const holds = (bytes: Uint8Array) => fetched().equals(bytes);
/** A second, since a busy machine may take half of one to send a first request. */
const patience = { stallMs: 1000, attempts: 3, waitMs: 5 };
const get = (url: string, options: Partial<DownloadOptions> = {}) =>
  download(url, part, {
    bytes: content.length,
    patience,
    ...options,
    onProgress: (bytes) => {
      kept = bytes;
      options.onProgress?.(bytes);
    },
  });
/** A download that stopped after so many bytes. */
const begin = (from: FileServer, bytes: number, validator = etag) => {
  writeFileSync(part, content.subarray(0, bytes));
  writeFileSync(`${part}.json`, JSON.stringify({ url: from.url, validator }));
};

it('fetches a file and tells how far it is', async () => {
  const { url } = await withHabits();
  const progress: number[] = [];
  await get(url, { onProgress: (bytes) => progress.push(bytes) });
  expect(holds(content)).toBe(true);
  expect(progress[0]).toBe(0);
  expect(progress.at(-1)).toBe(content.length);
});

it('follows a redirect', async () => {
  const { url } = await withHabits();
  await get(new URL('/moved', url).href);
  expect(holds(content)).toBe(true);
});

describe('a connection that is cut', () => {
  it('is taken up again where it broke', async () => {
    const { url, requests } = await withHabits({ cutAfter: 80_000, cuts: 1 });
    const retries: string[] = [];
    await get(url, { onRetry: (why) => retries.push(why) });
    expect(holds(content)).toBe(true);
    expect(requests[0]).toEqual({ range: undefined, ifRange: undefined });
    expect(requests[1]).toEqual({ range: expect.stringMatching(begun) as unknown, ifRange: etag });
    expect(retries).toEqual([
      expect.stringMatching(/the connection to 127\.0\.0\.1:\d+ broke .*trying again/),
    ]);
  });

  it('may be cut as often as it likes while each attempt brings something', async () => {
    const { url, requests } = await withHabits({ cutAfter: 20_000 });
    await get(url);
    expect(holds(content)).toBe(true);
    expect(requests.length).toBeGreaterThanOrEqual(10);
  });

  it('is given up when several attempts bring nothing new', async () => {
    const { url, requests } = await withHabits({ cutAfter: 20_000, ranges: false });
    await expect(get(url)).rejects.toThrow(/3 attempts in a row brought nothing/);
    expect(requests.length).toBeGreaterThanOrEqual(4);
  });

  it('is taken up by Last-Modified where there is no strong ETag', async () => {
    const lastModified = 'Wed, 21 Oct 2015 07:28:00 GMT';
    const { url, requests } = await withHabits({ etag: 'W/"weak"', lastModified, cutAfter: 50_000, cuts: 1 });
    await get(url);
    expect(holds(content)).toBe(true);
    expect(requests[1]).toEqual({ range: expect.stringMatching(begun) as unknown, ifRange: lastModified });
  });

  it('starts over where the server names no version', async () => {
    const { url, requests } = await withHabits({ etag: undefined, cutAfter: 50_000, cuts: 1 });
    await get(url);
    expect(holds(content)).toBe(true);
    expect(requests[1]).toEqual({ range: undefined, ifRange: undefined });
  });

  it('starts over where the server knows no ranges', async () => {
    const { url } = await withHabits({ ranges: false, cutAfter: 50_000, cuts: 1 });
    await get(url);
    expect(holds(content)).toBe(true);
  });
});

describe('a part that an earlier process left', () => {
  it('is gone on with', async () => {
    begin(await withHabits(), 150_000);
    const progress: number[] = [];
    await get(server!.url, { onProgress: (bytes) => progress.push(bytes) });
    expect(holds(content)).toBe(true);
    expect(progress[0]).toBe(150_000);
    expect(server!.requests[0]!.range).toBe('bytes=150000-');
  });

  it.each([true, 'always'] as const)(
    'is thrown away when the file has changed (ranges: %s)',
    async (ranges) => {
      begin(await withHabits({ content: other, etag: '"two"', ranges }), 150_000);
      await get(server!.url);
      expect(holds(other)).toBe(true);
    },
  );

  it('is thrown away when it came from elsewhere', async () => {
    await withHabits();
    writeFileSync(part, other.subarray(0, 100));
    writeFileSync(`${part}.json`, JSON.stringify({ url: 'http://example.org/weights.bin', validator: etag }));
    await get(server!.url);
    expect(holds(content)).toBe(true);
  });

  it.each(['', '{', '{"url": 3}'])('is thrown away when its record is %j', async (record) => {
    await withHabits();
    writeFileSync(part, other.subarray(0, 100));
    writeFileSync(`${part}.json`, record);
    await get(server!.url);
    expect(holds(content)).toBe(true);
  });

  it('is thrown away when it is longer than the file', async () => {
    await withHabits();
    begin(server!, 0);
    writeFileSync(part, new Uint8Array(content.length + 1));
    await get(server!.url);
    expect(holds(content)).toBe(true);
  });

  it('is thrown away when the server says 416', async () => {
    begin(await withHabits({ statuses: [416] }), 150_000);
    await get(server!.url);
    expect(holds(content)).toBe(true);
    expect(server!.requests[1]!.range).toBeUndefined();
  });

  it('that is whole needs no request', async () => {
    begin(await withHabits(), content.length);
    await get(server!.url);
    expect(server!.requests).toEqual([]);
  });
});

describe('a server that', () => {
  it.each([500, 503, 429])('answers %d once is asked again', async (status) => {
    const { url } = await withHabits({ statuses: [status] });
    await get(url);
    expect(holds(content)).toBe(true);
  });

  it('answers 503 for ever is given up', async () => {
    const { url } = await withHabits({ statuses: [503, 503, 503, 503] });
    await expect(get(url)).rejects.toThrow(/answered 503 Service Unavailable, and 3 attempts/);
  });

  it('has no such file is not asked again', async () => {
    const { url, requests } = await withHabits({ statuses: [404] });
    await expect(get(url)).rejects.toThrow(/^127\.0\.0\.1:\d+ answered 404 Not Found$/);
    expect(requests).toHaveLength(1);
  });

  it('stalls is left and taken up again', async () => {
    const { url, requests } = await withHabits({ stallAfter: 60_000, stalls: 1 });
    const retries: string[] = [];
    await get(url, { onRetry: (why) => retries.push(why) });
    expect(holds(content)).toBe(true);
    expect(retries[0]).toMatch(/sent nothing for 1 s/);
    expect(requests[1]!.range).toMatch(begun);
  });

  it('sends slowly but steadily is waited for', async () => {
    const { url } = await withHabits({ slowMs: 100 });
    await get(url);
    expect(holds(content)).toBe(true);
  });

  it('offers a file of another size is refused before the first byte', async () => {
    const { url } = await withHabits({ content: content.subarray(1) });
    await expect(get(url)).rejects.toThrow(/offers a file of 199999 bytes, expected 200000/);
    expect(existsSync(part)).toBe(false);
  });

  it('sends more than was expected is stopped, and the part deleted', async () => {
    const { url } = await withHabits({ content: new Uint8Array(900_000), chunked: true });
    await expect(get(url)).rejects.toThrow(/sends more than the 200000 bytes expected/);
    expect(existsSync(part)).toBe(false);
  });

  it('redirects in a circle is given up', async () => {
    const { url } = await withHabits();
    await expect(get(new URL('/circle', url).href)).rejects.toThrow(/redirect/);
  });

  it('cannot be reached is named at once', async () => {
    const { url } = await withHabits();
    await server!.close();
    const retries: string[] = [];
    const failure = get(url, { onRetry: (why) => retries.push(why) });
    await expect(failure).rejects.toThrow(
      /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\); this machine may be offline/,
    );
    expect(retries).toEqual([]);
  });

  it('goes away midway is tried again before it is given up', async () => {
    const { url } = await withHabits({ cutAfter: 50_000 });
    const retries: string[] = [];
    const failure = get(url, {
      onRetry: (why) => {
        retries.push(why);
        void server!.close();
      },
    });
    await expect(failure).rejects.toThrow(/ECONNREFUSED.* 3 attempts/);
    expect(retries).toHaveLength(3);
    expect(holds(content.subarray(0, fetched().length))).toBe(true);
    expect(fetched().length).toBeGreaterThan(0);
  });
});

it('keeps the part when the disk is full, and goes on when it is not', async () => {
  const { url } = await withHabits();
  const failure = get(url, {
    openPart: async (path, flags) => {
      const file = await openPart(path, flags);
      return {
        ...file,
        write: (bytes, position) =>
          position > 50_000
            ? Promise.reject(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }))
            : file.write(bytes, position),
      };
    },
  });
  await expect(failure).rejects.toThrow(StorageError);
  await expect(failure).rejects.toThrow(/weights\.part: the disk is full/);
  expect(fetched().length).toBeGreaterThan(50_000);
  await get(url);
  expect(holds(content)).toBe(true);
  expect(server!.requests[1]!.range).toMatch(begun);
});

it('stops when it is told to, and goes on later', async () => {
  const { url, habits } = await withHabits({ slowMs: 50 });
  const stop = new AbortController();
  const failure = get(url, {
    signal: stop.signal,
    onProgress: (bytes) => {
      if (bytes > 60_000) stop.abort();
    },
  });
  await expect(failure).rejects.toThrow(/abort/i);
  expect(fetched().length).toBeGreaterThan(60_000);
  delete habits.slowMs;
  await get(url);
  expect(holds(content)).toBe(true);
});

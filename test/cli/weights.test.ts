/** `fool weights` as users run it, with a cache and a list of weights of the test's own. */
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cachedWeights } from '../../src/node/weights-cache.ts';
import { fetchWeights } from '../../src/node/weights-fetch.ts';
import { openPart } from '../../src/node/part-file.ts';
import { weightsManifest } from '../../src/node/weights-manifest.ts';
import { serve, type FileServer, type Habits } from '../support/file-server.ts';
import { ended, fool, foolProcess, start } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-weights-'));
const cache = join(root, 'cache', 'easily-fooled', 'weights');
const cached = join(cache, 'tiny.bin');
const manifest = join(root, 'manifest.json');
const content = Uint8Array.from({ length: 600_000 }, (_, index) => (index * 7 + (index >> 9)) & 255);
const digest = (algorithm: string) => createHash(algorithm).update(content).digest('hex');
const hashes = { sha256: digest('sha256'), sha1: digest('sha1') };
const about = { licence: 'MIT', page: 'https://example.org', architecture: 'lenet', preprocessing: [] };
let server: FileServer;

process.env['XDG_CACHE_HOME'] = join(root, 'cache');
process.env['FOOL_WEIGHTS_MANIFEST'] = manifest;

/** Of a fetch under way, in this process or another. */
const kept = () => (existsSync(`${cached}.part`) ? statSync(`${cached}.part`).size : 0);

const list = (change: object = {}) => {
  const tiny = {
    name: 'tiny',
    file: 'tiny.bin',
    urls: [server.url],
    bytes: content.length,
    hashes,
    ...about,
  };
  writeFileSync(manifest, JSON.stringify([{ ...tiny, ...change }]));
};
const withHabits = async (habits: Partial<Habits> = {}) => {
  await server.close();
  server = await serve({ content, etag: '"one"', kept, ...habits });
  list();
};
const files = () => (existsSync(cache) ? readdirSync(cache).sort() : []);

beforeEach(async () => {
  rmSync(cache, { recursive: true, force: true });
  server = await serve({ content, etag: '"one"', kept });
  list();
});

afterEach(() => server.close());

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Ends well, says nothing of the insides of the program. */
const succeeds = async (...commandLine: string[]) => {
  const outcome = await fool('weights', ...commandLine);
  expect(outcome.err).not.toMatch(/^fool:/m);
  expect(outcome.code).toBe(0);
  return outcome;
};
const fails = async (message: RegExp, code: number, ...commandLine: string[]) => {
  const outcome = await fool('weights', ...commandLine);
  expect(outcome.err).toMatch(message);
  expect(outcome.err).not.toMatch(/^\s+at /m);
  expect(outcome.code).toBe(code);
  return outcome;
};

it('fetches, lists and verifies', async () => {
  expect((await succeeds('list')).out).toMatch(/^tiny +tiny\.bin +586 KiB +MIT +–$/m);
  const { out } = await succeeds('fetch', 'tiny');
  expect(out).toMatch(/downloaded in .* size and hashes hold/);
  expect(out).toContain(`fool import ${cached} --arch lenet --out tiny.safetensors`);
  expect(readFileSync(cached).equals(content)).toBe(true);
  expect(files()).toEqual(['tiny.bin', 'tiny.bin.verified']);
  expect((await succeeds('list')).out).toMatch(/verified \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m);
  expect((await succeeds('verify')).out).toBe(`holds  tiny: ${cached}\n`);
  expect((await succeeds('fetch', 'tiny')).out).toMatch(/tiny is there already/);
  expect(server.requests).toHaveLength(1);
});

it('prints one value on standard output with --json', async () => {
  const fetched = JSON.parse((await succeeds('fetch', 'tiny', '--json')).out) as object;
  expect(fetched).toMatchObject({
    name: 'tiny',
    path: cached,
    status: 'downloaded',
    from: server.url,
    hashes,
  });
  const { weights: listed } = JSON.parse((await succeeds('list', '--json')).out) as { weights: object[] };
  expect(listed).toEqual([expect.objectContaining({ name: 'tiny', path: cached, licence: 'MIT' })]);
  expect(listed[0]).toMatchObject({ cache: { state: 'cached', bytes: content.length } });
  const verified = JSON.parse((await succeeds('verify', 'tiny', '--json')).out) as object;
  expect(verified).toEqual({
    ...{ command: 'weights verify', exitCode: 0, errors: [] },
    verified: true,
    files: [{ name: 'tiny', path: cached, holds: true }],
  });
});

it('prints nothing with --quiet', async () => {
  expect(await fool('weights', 'fetch', 'tiny', '--quiet')).toEqual({ code: 0, out: '', err: '' });
});

describe('a cached file that has been changed', () => {
  beforeEach(async () => {
    await succeeds('fetch', 'tiny');
    writeFileSync(
      cached,
      content.map((byte, index) => (index === 1000 ? byte ^ 1 : byte)),
    );
  });

  it('does not pass', async () => {
    expect((await succeeds('list')).out).toMatch(/there, not verified$/m);
    const { out, code } = await fool('weights', 'verify');
    expect(out).toMatch(/^FAILS {2}tiny: .*: its sha256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/m);
    expect(code).toBe(1);
  });

  it('is not used, whether it is named or given as a file', async () => {
    for (const name of ['tiny', cached]) {
      const { err, code } = await fool(
        'import',
        name,
        '--arch',
        'lenet',
        '--out',
        join(root, 'm.safetensors'),
      );
      expect(err).toMatch(/tiny\.bin is damaged \(its sha256 .*\): fool weights fetch tiny fetches it again/);
      expect(code).toBe(1);
    }
  });

  it('is fetched again', async () => {
    expect((await succeeds('fetch', 'tiny')).err).toMatch(/tiny\.bin is damaged .*: fetching it again/);
    expect(readFileSync(cached).equals(content)).toBe(true);
  });
});

describe('a file that is not what was published', () => {
  it('is deleted, and the message says what was expected and found', async () => {
    list({ hashes: { ...hashes, sha1: '0'.repeat(40) } });
    await fails(new RegExp(`its sha1 is ${hashes.sha1}, expected 0{40}; it was deleted`), 1, 'fetch', 'tiny');
    expect(files()).toEqual([]);
  });

  it('is not taken from a file either', async () => {
    const wrong = join(root, 'wrong.bin');
    writeFileSync(wrong, new Uint8Array(content.length));
    await fails(/wrong\.bin is not tiny\.bin: its sha256 is/, 1, 'fetch', 'tiny', '--from', wrong);
    writeFileSync(wrong, content.subarray(1));
    await fails(/it has 599999 bytes, expected 600000/, 1, 'fetch', 'tiny', '--from', wrong);
    await fails(/cannot read .*nowhere\.bin/, 1, 'fetch', 'tiny', '--from', join(root, 'nowhere.bin'));
    await fails(/it is no file/, 1, 'fetch', 'tiny', '--from', root);
    expect(files()).toEqual([]);
  });
});

describe('--from', () => {
  it('copies a file after checking it', async () => {
    const own = join(root, 'own.bin');
    writeFileSync(own, content);
    expect((await succeeds('fetch', 'tiny', '--from', own)).out).toMatch(/tiny copied in/);
    expect(readFileSync(cached).equals(content)).toBe(true);
    expect(files()).toEqual(['tiny.bin', 'tiny.bin.verified']);
    expect(server.requests).toEqual([]);
  });

  it('takes another address', async () => {
    list({ urls: [] });
    await succeeds('fetch', 'tiny', '--from', server.url);
    expect(existsSync(cached)).toBe(true);
  });
});

it('tries the next address when one fails', async () => {
  list({ urls: ['http://127.0.0.1:9/tiny.bin', server.url] });
  const { err } = await succeeds('fetch', 'tiny');
  expect(err).toMatch(/127\.0\.0\.1:9 .*; trying 127\.0\.0\.1:\d+\n/);
});

it('offline, says which host failed and how to fetch by hand', async () => {
  await server.close();
  const { err } = await fails(/127\.0\.0\.1:\d+ cannot be reached/, 1, 'fetch', 'tiny');
  expect(err).toContain(`download ${server.url} wherever you can`);
  expect(err).toContain('fool weights fetch tiny --from FILE');
});

it('resumes over a cut connection', async () => {
  await withHabits({ cutAfter: 300_000, cuts: 1 });
  const { err } = await succeeds('fetch', 'tiny');
  expect(err).toMatch(/trying again in 1 s/);
  expect(server.requests[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

it('Ctrl-C keeps what has come, and the next fetch goes on', async () => {
  await withHabits({ slowMs: 60 });
  const child = start(['weights', 'fetch', 'tiny']);
  const outcome = ended(child);
  const enough = () => existsSync(`${cached}.part`) && readFileSync(`${cached}.part`).length > 50_000;
  await expect.poll(enough, { timeout: 20_000 }).toBe(true);
  child.kill('SIGINT');
  const { code, err } = await outcome;
  expect(err).toMatch(/interrupted: .* KiB of 586 KiB are kept, the same command resumes/);
  expect(code).toBe(130);
  expect(files()).toEqual(['tiny.bin.part', 'tiny.bin.part.json']);
  expect((await succeeds('list')).out).toMatch(/ KiB of 586 KiB, fetch resumes$/m);
  delete server.habits.slowMs;
  await succeeds('fetch', 'tiny');
  expect(server.requests[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
  expect(files()).toEqual(['tiny.bin', 'tiny.bin.verified']);
});

it('Ctrl-C promises nothing where the server names no version of the file', async () => {
  await withHabits({ slowMs: 60, etag: undefined });
  const child = start(['weights', 'fetch', 'tiny']);
  const outcome = ended(child);
  const enough = () => existsSync(`${cached}.part`) && readFileSync(`${cached}.part`).length > 50_000;
  await expect.poll(enough, { timeout: 20_000 }).toBe(true);
  child.kill('SIGINT');
  const { code, err } = await outcome;
  expect(err).toMatch(/^fool: interrupted$/m);
  expect(code).toBe(130);
  expect((await succeeds('list')).out).toMatch(/ KiB of 586 KiB, fetch begins anew$/m);
});

it('two processes at once download the file once', async () => {
  await withHabits({ slowMs: 40 });
  const fetching = ['weights', 'fetch', 'tiny'];
  const outcomes = await Promise.all([foolProcess(...fetching), foolProcess(...fetching)]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0]);
  expect(outcomes.map(({ err }) => err).join('')).toMatch(/another process is fetching tiny\.bin: waiting/);
  expect(server.requests).toHaveLength(1);
  expect(files()).toEqual(['tiny.bin', 'tiny.bin.verified']);
});

it('a file that may not grow any more is reported with what is missing', async () => {
  // As a full disk, a limit on file sizes lets a write come short before it fails.
  const child = spawn('sh', [
    '-c',
    'ulimit -f 200; exec "$0" dist/fool.js weights fetch tiny',
    process.execPath,
  ]);
  const { code, err } = await ended(child);
  expect(err).toMatch(/cannot write .*tiny\.bin\.part: the file would exceed .*586 KiB, .* KiB are missing/);
  expect(err).toMatch(/are kept, and the same command resumes; XDG_CACHE_HOME/);
  expect(code).toBe(1);
  await succeeds('fetch', 'tiny');
  expect(server.requests[1]?.range).toMatch(/^bytes=[1-9]\d*-$/);
});

it('a full disk is reported with what is missing, and the part kept', async () => {
  const [tiny] = weightsManifest();
  const failure = fetchWeights(tiny!, {
    openPart: async (path, flags) => ({
      ...(await openPart(path, flags)),
      write: () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' })),
    }),
  });
  await expect(failure).rejects.toThrow(
    /tiny\.bin\.part: the disk is full.*586 KiB are missing.*XDG_CACHE_HOME/,
  );
});

it('a disk without room is refused before the first byte', async () => {
  list({ bytes: 2 ** 52 });
  await fails(/tiny\.bin needs \d+ GiB more in .*, where .* free/, 1, 'fetch', 'tiny');
  expect(server.requests).toEqual([]);
});

it('a cache folder that cannot be made is named', async () => {
  mkdirSync(join(root, 'blocked'), { recursive: true });
  writeFileSync(join(root, 'blocked', 'easily-fooled'), '');
  process.env['XDG_CACHE_HOME'] = join(root, 'blocked');
  try {
    await fails(/cannot write .*blocked.*XDG_CACHE_HOME/, 1, 'fetch', 'tiny');
  } finally {
    process.env['XDG_CACHE_HOME'] = join(root, 'cache');
  }
});

describe('wrong usage', () => {
  it.each([
    [['fetch', 'vgg'], /no weights are known as "vgg"; known are tiny/],
    [['fetch', 'tinny'], /known are tiny.*; was "tiny" meant\?/],
    [['verify', 'tiny', 'vgg'], /no weights are known as "vgg"/],
    [['fetch'], /missing required argument 'name'/],
    [['fetch', 'tiny', '--from', 'ftp://example.org/x'], /begins with http/],
    [['fetch', 'tiny', '--from', 'http://'], /begins with http/],
    [['burn'], /unknown command 'burn'/],
  ])('%j ends with 2', async (commandLine, message) => {
    await fails(message, 2, ...commandLine);
  });
});

it('verify of what was not fetched fails', async () => {
  const { out, code } = await fool('weights', 'verify', 'tiny');
  expect(out).toMatch(/it is not in the cache: fool weights fetch tiny/);
  expect(code).toBe(1);
  expect((await succeeds('verify')).out).toMatch(/no weight file is in the cache/);
});

it.each([
  ['', /is no list of weight files|cannot be read/],
  ['{}', /is no list of weight files/],
  [JSON.stringify([{ name: '../x' }]), /is no list of weight files/],
])('a list of weights that reads %j is refused', async (text, message) => {
  writeFileSync(manifest, text);
  await fails(message, 1, 'list');
});

it('a fetched file is found by its name', async () => {
  expect(cachedWeights('tiny')).toBeUndefined();
  expect(cachedWeights('vgg')).toBeUndefined();
  await succeeds('fetch', 'tiny');
  expect(cachedWeights('tiny')).toBe(cached);
  writeFileSync(cached, 'short');
  expect(cachedWeights('tiny')).toBeUndefined();
  expect((await succeeds('list')).out).toMatch(/damaged: 5 bytes, expected 600000/);
});

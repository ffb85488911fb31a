/** What users meet sooner or later: damaged runs, no driver, two runs in one folder, a pipe that closes. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { writeFewDigits } from '../support/few-digits.ts';
import { ended, fool, start } from './fool.ts';
import { full } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-faults-'));
const at = (...path: string[]) => join(root, ...path);
const device = ['--adapter', 'swiftshader'];
const small = ['evolve', ...device, '--generations', '3', '--population', '8'];

beforeAll(async () => {
  expect((await fool(...small, '--out', at('run'), '--quiet')).code).toBe(0);
}, 120_000);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('a checkpoint', () => {
  // As an earlier version would have written it, without a checksum.
  const changed = (changes: object) => (text: string) =>
    JSON.stringify({ ...(JSON.parse(text) as object), format: 2, ...changes, checksum: undefined });

  it.each([
    ['cut short', (text: string) => text.slice(0, text.length / 2), /state\.json is no JSON: it was damaged/],
    ['of another format', changed({ format: 1 }), /has format 1, this version reads formats 2 and 3/],
    ['of another model', changed({ model: '0'.repeat(64) }), /model/],
    ['of another adapter', changed({ adapter: 'a GPU' }), /a GPU/],
    ['without cells', changed({ cells: undefined }), /cells/],
  ])('%s stops the resumed run and is left as it is', async (name, damage, message) => {
    const folder = at(name.replaceAll(' ', '-'));
    cpSync(at('run'), folder, { recursive: true });
    const file = join(folder, 'checkpoint', 'state.json');
    const damaged = damage(readFileSync(file, 'utf8'));
    writeFileSync(file, damaged);
    const pictures = readdirSync(join(folder, 'images'));
    const commandLine = ['evolve', ...device, '--resume', '--generations', '5', '--out', folder];
    const { code, err } = await fool(...commandLine);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(damaged);
    expect(readdirSync(join(folder, 'images'))).toEqual(pictures);
  });
});

it('a second run in the same folder is refused while the first goes on', async () => {
  const first = start([
    'evolve',
    ...device,
    '--generations',
    '100000',
    '--population',
    '4',
    '--out',
    at('busy'),
  ]);
  const firstEnded = ended(first);
  try {
    await new Promise<void>((begun) => {
      first.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('generations ·')) begun();
      });
    });
    const second = await fool(...small, '--replace', '--out', at('busy'));
    expect(second.err).toMatch(
      new RegExp(`another process is writing to .* \\(process ${String(first.pid)}\\)`),
    );
    expect(second.code).toBe(2);
  } finally {
    first.kill('SIGINT');
  }
  expect((await firstEnded).code).toBe(130);
});

it.runIf(process.platform === 'linux')('says what a limit on memory is too small for', async () => {
  const started = spawn('sh', [
    '-c',
    'ulimit -d 450000; exec "$0" dist/fool.js "$@"',
    process.execPath,
    ...small,
    '--out',
    at('memory'),
  ]);
  const { code, err } = await ended(started);
  expect(err).toMatch(
    /takes about 400 MiB of memory, and this process may take \d+ MiB more: raise ulimit -d/,
  );
  expect(err).not.toMatch(/^\s+at |terminate called/m);
  expect(code).toBe(1);
});

it.runIf(process.platform !== 'win32').each([
  ['images', []],
  ['checkpoint', ['--replace']],
  ['progress.jsonl', []],
])(
  'a run folder with a link for %s is refused before the run, and what it leads to stays',
  async (name, more) => {
    const [folder, photographs] = [at(`link-${name}`), at(`photographs-${name}`)];
    for (const one of [folder, photographs]) mkdirSync(one);
    writeFileSync(join(photographs, '0001.png'), 'a photograph');
    symlinkSync(photographs, join(folder, name));
    const { code, err } = await fool(...small, ...more, '--out', folder);
    expect(err).toMatch(new RegExp(`cannot write .*${name}: a link is there .*remove the link`));
    expect(code).toBe(1);
    expect(readdirSync(photographs)).toEqual(['0001.png']);
  },
);

it('without any driver says what was tried and what to install', async () => {
  // The bundle beside all packages but the one that carries a driver.
  const bare = at('bare');
  mkdirSync(join(bare, 'node_modules'), { recursive: true });
  cpSync('dist', join(bare, 'dist'), { recursive: true });
  for (const name of readdirSync('node_modules')) {
    if (name !== '@sparticuz') symlinkSync(resolve('node_modules', name), join(bare, 'node_modules', name));
  }
  const child = spawn(process.execPath, [join(bare, 'dist', 'fool.js'), 'doctor', ...device]);
  const { code, err } = await ended(child);
  expect(err).toMatch(/no WebGPU adapter/);
  expect(err).toMatch(/@sparticuz\/chromium, which carries SwiftShader, is not installed/);
  expect(err).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

describe('a pipe that closes early', () => {
  it('is no failure of a command that prints', async () => {
    const child = start(['doctor', ...device]);
    child.stdout?.destroy();
    const { code, err } = await ended(child);
    expect(err).not.toMatch(/EPIPE/);
    expect(code).toBe(0);
  });

  it.runIf(full)('does not stop a run whose remarks nobody reads', async () => {
    const child = start([...small, '--out', at('unread')]);
    child.stderr?.destroy();
    expect((await ended(child)).code).toBe(0);
    expect(readdirSync(at('unread'))).toContain('report.html');
  });
});

describe('for machines', () => {
  it('evaluate prints one object on standard output', async () => {
    writeFewDigits(at('digits'), await loadMnist('test'), 100);
    const { code, out } = await fool('evaluate', ...device, '--data', at('digits'), '--json');
    expect(code).toBe(0);
    const { accuracy, images } = JSON.parse(out) as { accuracy: number; images: number };
    expect(images).toBe(100);
    expect(accuracy).toBeGreaterThanOrEqual(0.97);
    expect(accuracy).toBeLessThanOrEqual(1);
  });

  it('doctor prints one object on standard output', async () => {
    const { code, out } = await fool('doctor', ...device, '--json');
    expect(code).toBe(0);
    expect(JSON.stringify(JSON.parse(out))).toMatch(/swiftshader/i);
  });
});

import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CellRecord } from '../../src/runs/evolution/records.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { ended, fool, foolProcess, start } from './fool.ts';
import { covering } from '../support/full.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-cli-'));
const at = (name: string) => join(root, name);
const device = ['--adapter', 'swiftshader'];
const small = ['evolve', ...device, '--generations', '3', '--population', '8'];

beforeAll(async () => {
  expect((await fool(...small, '--out', at('run'), '--quiet')).code).toBe(0);
}, 120_000);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('wrong usage ends with 2 and a sentence', () => {
  it.each([
    [[], /Usage: fool/],
    [['conquer'], /unknown command 'conquer'/],
    [['evolve', '--speed', '9'], /unknown option '--speed'/],
    [['evolve', '--encoding', 'jpeg'], /Allowed choices are cppn, direct/],
    [['evolve', '--population', '0'], /Expected a whole number from 1/],
    [['evolve', '--population', '-1'], /Expected a whole number from 1/],
    [['evolve', '--population', '2.5'], /Expected a whole number from 1/],
    [['evolve', '--population', 'many'], /Expected a whole number from 1/],
    [['evolve', '--generations', '0'], /Expected a whole number from 1/],
    [['evolve', '--classes', '3,3'], /twice/],
    [
      ['evolve', ...device, '--population', '1e12', '--out', at('large')],
      /the largest that does .* is 65535/,
    ],
    [
      ['evolve', ...device, '--population', '1000', '--memory', '1', '--out', at('memory')],
      /10 cells with cppn genomes for .* need 2\.7 MiB .* 1\.0 MiB .*--memory/,
    ],
    [
      ['evolve', ...device, '--classes', '3,12', '--out', at('classes')],
      /"12" is none of the model's classes: .* 0 to 9/,
    ],
    [['evolve', ...device, '--classes', '3,seven', '--out', at('classes')], /"seven" is none of the model's/],
    [['evolve', ...device, '--model', 'vgg', '--out', at('model')], /unknown model "vgg".*lenet-mnist/],
    [
      ['classify', '--model', 'lenet-mnsit', 'x.png'],
      /unknown model "lenet-mnsit".*; was "lenet-mnist" meant\?/,
    ],
    [['describe', 'weights/lenet-mnits.safetensors'], /was "weights\/lenet-mnist\.safetensors" meant\?/],
    [
      ['evolve', '--model', 'caffenet-onnx', '--out', at('model')],
      /known, but was not fetched: fool weights fetch caffenet-onnx/,
    ],
    [['ascend', '--model', 'caffenet-tiny', '--class', 'shark', '--out', at('model')], /"shark" is none of/],
    [['evolve', ...device, '--out', at('run')], /--resume .*--replace .*another --out/],
    [['evolve', ...device, '--resume', '--out', at('nothing')], /holds no run to resume/],
    [['evolve', ...device, '--resume', '--seed', '9', '--out', at('run')], /--seed 9 differs from the run/],
    [
      ['evolve', ...device, '--resume', '--arch', 'caffenet', '--out', at('run')],
      /--arch caffenet differs from the run in .*, which has lenet/,
    ],
    [
      ['evolve', ...device, '--resume', '--dense-weights', 'f16', '--out', at('run')],
      /--dense-weights f16 differs from the run in .*, which has f32/,
    ],
  ])('%j', async (commandLine, message) => {
    const { code, err } = await fool(...commandLine);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
    const [command] = commandLine.filter((word) => /^(evolve|classify|describe|ascend)$/.test(word));
    if (commandLine.length > 0)
      expect(err.trim().split('\n').at(-1)).toBe(
        `(fool${command === undefined ? '' : ` ${command}`} --help lists its ${command === undefined ? 'commands' : 'options'})`,
      );
  });
});

describe('what cannot be done ends with 1 and a sentence', () => {
  const weights = readFileSync('weights/lenet-mnist.safetensors');
  const file = (name: string, content: Uint8Array | string) => {
    writeFileSync(at(name), content);
    return at(name);
  };
  const hugeHeader = Buffer.from(weights);
  hugeHeader.writeBigUInt64LE(2n ** 40n);
  const notANumber = Buffer.from(weights);
  notANumber.writeFloatLE(NaN, weights.length - 8);

  it.each([
    [
      ['evaluate', ...device, '--model', file('cut.safetensors', weights.subarray(0, 100_000))],
      /cut\.safetensors/,
    ],
    [['evaluate', ...device, '--model', file('huge.safetensors', hugeHeader)], /huge\.safetensors.*header/],
    [
      ['evaluate', ...device, '--model', file('nan.safetensors', notANumber)],
      /nan\.safetensors.*(NaN|finite)/,
    ],
    [['classify', ...device, at('missing.png')], /missing\.png/],
    [['classify', ...device, file('text.png', 'no picture')], /text\.png is neither a PNG nor a JPEG/],
    [[...small, '--out', join(file('plain', ''), 'run')], /plain/],
    [['verify', ...device, root], /not a run folder/],
  ])('%j', async (commandLine, message) => {
    const { code, err } = await fool(...commandLine);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});

it('an adapter that there is not ends with 1, in a process of its own too', async () => {
  const { code, err } = await foolProcess('doctor', '--adapter', 'banana');
  expect(err).toMatch(/no WebGPU adapter for --adapter banana\. Tried:/);
  expect(err).not.toMatch(/^\s+at /m);
  expect(code).toBe(1);
});

describe('a run', () => {
  it('leaves every file of its contract', () => {
    const expected = [
      'archive.json',
      'checkpoint',
      'grid.png',
      'images',
      'lineage.json',
      'progress.jsonl',
      'report.html',
      'run.json',
      'summary.json',
    ];
    expect(readdirSync(at('run'))).toEqual(expected);
    expect(readdirSync(at('run/images'))).toHaveLength(10);
  });

  it('verifies, and no longer when a picture is altered', async () => {
    const good = await fool('verify', ...device, at('run'), '--json');
    expect(JSON.parse(good.out)).toMatchObject({ verified: true });
    expect(good.code).toBe(0);
    const pictures = ['0003', '0005', '0007'].map((name) => at(`run/images/${name}.png`));
    const before = pictures.map((path) => readFileSync(path));
    const [altered = '', missing = '', cut = ''] = pictures;
    const image = decodeImage(before[0]!, altered);
    writeFileSync(altered, encodePng({ ...image, bytes: image.bytes.map((pixel) => 255 - pixel) }));
    rmSync(missing);
    writeFileSync(cut, before[2]!.subarray(0, 60));
    const { code, out } = await fool('verify', ...device, at('run'));
    expect(out.match(/^holds {2}\d: stored .* %, found .* %$/gm)).toHaveLength(7);
    expect(out).toMatch(/^FAILS {2}3: stored .* %, found .* %$/m);
    expect(out).toMatch(/^FAILS {2}5: images\/0005\.png is missing$/m);
    expect(out).toMatch(/^FAILS {2}7: images\/0007\.png cannot be read as a PNG: it is cut short/m);
    expect(out).toMatch(/^3 of 10 pictures do not hold$/m);
    expect(code).toBe(1);
    pictures.forEach((path, index) => {
      writeFileSync(path, before[index]!);
    });
  });

  it('is classified as one JSON object', async () => {
    const { code, out } = await fool('classify', ...device, '--json', at('run/images/0000.png'));
    const [answer] = JSON.parse(out) as {
      file: string;
      top: { class: number; label: string; confidence: number }[];
    }[];
    expect(answer!.top).toHaveLength(5);
    expect(code).toBe(0);
  });

  it('says nothing on standard output with --quiet and one object with --json', async () => {
    expect(await fool(...small, '--out', at('quiet'), '--quiet')).toMatchObject({ out: '', err: '' });
    const { out, err } = await fool(...small, '--out', at('json'), '--json');
    expect(err).toMatch(/^archive of 10 elites: 7\.7 KiB on the device, 8 children: 22 KiB$/m);
    const summary = JSON.parse(out) as object;
    expect(summary).toMatchObject({
      ...{ command: 'evolve', exitCode: 0, errors: [], complete: true },
      ...{ folder: at('json'), report: at('json/report.html'), grid: at('json/grid.png') },
    });
    const archive = JSON.parse(readFileSync(at('json/archive.json'), 'utf8')) as CellRecord[];
    expect(summary).toHaveProperty(
      'results',
      archive.map(({ class: number, label, confidence }) => {
        return { class: number, label, confidence, picture: at(`json/images/000${String(number)}.png`) };
      }),
    );
    for (const key of [
      'model',
      'encoding',
      'generations',
      'population',
      'seed',
      'adapter',
      'evaluations',
      'seconds',
      'evaluationsPerSecond',
      'medianConfidence',
      'meanConfidence',
      'minConfidence',
      'cellsAbove99',
    ]) {
      expect(summary).toHaveProperty(key);
    }
  });
});

describe('an interrupted run', () => {
  const flags = ['evolve', ...device, '--generations', '40', '--population', '4'];
  const archive = (name: string) => readFileSync(at(`${name}/archive.json`), 'utf8');

  it('saves at every signal that asks to end, and resumed after these and SIGKILL equals an uninterrupted one', async () => {
    expect((await fool(...flags, '--out', at('whole'), '--quiet')).code).toBe(0);
    const all = [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
      ['SIGKILL', null],
    ] as const;
    for (const [signal, exitCode] of covering(all, all.slice(0, 1))) {
      const commandLine = signal === 'SIGINT' ? flags : [...flags.slice(0, 3), '--resume'];
      const child = start([...commandLine, '--out', at('cut')]);
      const outcome = ended(child);
      // The first progress line says that generations are being made.
      child.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('generations ·')) child.kill(signal);
      });
      const { code, out, err } = await outcome;
      expect(err).not.toMatch(/^fool: /m);
      if (exitCode !== null) expect(out).toMatch(/^interrupted; go on with: fool evolve --resume --out /m);
      expect(code).toBe(exitCode);
    }
    const resumed = await fool(...flags.slice(0, 3), '--resume', '--out', at('cut'));
    expect(resumed).toMatchObject({ code: 0, err: expect.not.stringMatching(/^fool: /m) as string });
    expect(archive('cut')).toBe(archive('whole'));
    expect(readdirSync(at('cut'))).toEqual(readdirSync(at('whole')));
  }, 180_000);
});

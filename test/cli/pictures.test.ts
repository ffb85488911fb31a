import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import jpeg from 'jpeg-js';
import { afterAll, describe, expect, it } from 'vitest';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { digitPng } from '../support/few-digits.ts';
import { exif, INTEGER_TYPES, jpegOf } from '../support/jpeg-bytes.ts';
import { chunk, END_CHUNK, headerChunk, PNG_SIGNATURE } from '../support/png-bytes.ts';
import { fool } from './fool.ts';
import { covering } from '../support/full.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-pictures-'));
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const mnist = await loadMnist('test');
const digit = (index: number) => digitPng(mnist, index);

function file(name: string, content: Uint8Array | string): string {
  const full = path.join(root, name);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

interface Answer {
  file: string;
  top: { class: number; label: string; confidence: number }[];
}

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fool classify', () => {
  it('answers for PNG and JPEG, names what it cannot read, and ends with 1 then', async () => {
    const [seven, two] = [file('7.png', digit(0)), file('2.png', digit(1))];
    const gray = file('gray.jpg', jpegOf({ width: 40, height: 30, components: [{ sample: () => 99 }] }));
    const [broken, missing] = [file('broken.jpg', digit(0).subarray(0, 50)), path.join(root, 'missing.png')];
    const { code, out, err } = await fool('classify', ...device, '--json', seven, broken, gray, missing, two);
    const answers = JSON.parse(out) as Answer[];
    expect(answers.map((answer) => answer.file)).toEqual([seven, gray, two]);
    expect(answers.map(({ top }) => top.length)).toEqual([5, 5, 5]);
    expect([answers[0]!.top[0]!.label, answers[2]!.top[0]!.label]).toEqual(['7', '2']);
    expect(err).toMatch(/^fool: .*broken\.jpg cannot be read as a PNG: it is cut short/m);
    expect(err).toMatch(/^fool: cannot read .*missing\.png: ENOENT/m);
    expect(err).toMatch(/gray\.jpg has 40 × 30 pixels, scaled to 28 × 28/);
    expect(code).toBe(1);
  });

  it('sees a seven where every browser does, and says what is odd about its file', async () => {
    const side = 28;
    const seven = mnist.images.subarray(0, side * side);
    const jpegFile = (pixels: (row: number, column: number) => number, ...after: Buffer[]) => {
      const data = Uint8Array.from({ length: 4 * side * side }, (_, index) =>
        index % 4 === 3 ? 255 : pixels(Math.floor(index / 4 / side), Math.floor(index / 4) % side),
      );
      const bytes = jpeg.encode({ data, width: side, height: side }, 95).data;
      return Buffer.concat([bytes.subarray(0, 2), ...after, bytes.subarray(2)]);
    };
    const upright = (row: number, column: number) => seven[side * row + column]!;
    // Turned to the left, as a phone that lies on its side keeps it.
    const lying = (row: number, column: number) => seven[side * column + side - 1 - row]!;
    const plain = jpegFile(upright);
    const table = plain.indexOf(Buffer.of(0xff, 0xdb));
    const lines = Uint8Array.from({ length: 29 * side }, (_, index) =>
      index % 29 === 0 ? 0 : upright(Math.floor(index / 29), (index % 29) - 1),
    );
    const files = [
      file('odd/plain.jpg', plain),
      file(
        'odd/zeros.jpg',
        Buffer.concat([plain.subarray(0, table), Buffer.alloc(3), plain.subarray(table)]),
      ),
      file('odd/no-end.jpg', plain.subarray(0, -2)),
      file('odd/filled.jpg', readFileSync('test/node/fixtures/seven-restarts-filled.jpg')),
      file(
        'odd/padded.png',
        Buffer.concat([
          PNG_SIGNATURE,
          headerChunk({ width: side, height: side }),
          chunk('IDAT', Buffer.concat([deflateSync(lines), new Uint8Array(8)])),
          END_CHUNK,
        ]),
      ),
      ...INTEGER_TYPES.map((type) =>
        file(`odd/type${String(type)}.jpg`, jpegFile(lying, exif(6, true, type))),
      ),
    ];
    const { code, out, err } = await fool('classify', ...device, '--json', ...files);
    const answers = JSON.parse(out) as Answer[];
    expect(answers.map((answer) => [answer.file, answer.top[0]!.label])).toEqual(
      files.map((name) => [name, '7']),
    );
    for (const { file: name, top } of answers) expect(top[0]!.confidence, name).toBeGreaterThan(0.9999);
    expect(err.split('\n').filter((line) => line.includes('is read although'))).toEqual([
      `${files[1]!} is read although it has stray bytes (3) before a marker`,
      `${files[2]!} is read although it ends without its end marker: what is missing is grey`,
      `${files[4]!} is read although other data follows its compressed data (8 bytes)`,
    ]);
    expect(code).toBe(0);
  });

  it('judges more pictures than one batch holds, each as by itself', async () => {
    const files = Array.from({ length: 130 }, (_, index) => file(`many/${String(index)}.png`, digit(index)));
    const { code, out } = await fool('classify', ...device, '--json', ...files);
    const answers = JSON.parse(out) as Answer[];
    expect(answers.map((answer) => answer.file)).toEqual(files);
    const right = answers.filter(({ top }, index) => top[0]!.class === mnist.targets[index]).length;
    expect(right).toBeGreaterThanOrEqual(127);
    expect(code).toBe(0);
  });
});

describe('fool evaluate', () => {
  const folder = path.join(root, 'digits');
  const names = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
  for (let index = 0; index < 70; index++)
    file(`digits/${names[mnist.targets[index]!]!}/${String(index)}.png`, digit(index));

  it.each(covering([1, 10], [1]))('gives the accuracy over a folder with %i crops', async (crops) => {
    const { code, out } = await fool(
      ...['evaluate', ...device, '--dataset', folder, '--json', '--crops', String(crops)],
    );
    const result = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual([
      ...['command', 'exitCode', 'errors'],
      'model',
      'dataset',
      'images',
      'correct',
      'accuracy',
      'top5',
      'unreadable',
      'seconds',
      'results',
    ]);
    expect(result).toMatchObject({ command: 'evaluate', exitCode: 0, errors: [], unreadable: [] });
    const results = result['results'] as { label: string; images: number; correct: number }[];
    expect(results.map(({ label }) => label)).toEqual(names);
    for (const key of ['images', 'correct'] as const)
      expect(results.reduce((sum, count) => sum + count[key], 0)).toBe(result[key]);
    expect(result).toMatchObject({ model: 'lenet-mnist', dataset: folder, images: 70 });
    expect(result['accuracy']).toBe(Number(result['correct']) / 70);
    // Five of the ten views of a digit are its mirror image.
    expect(result['correct']).toBeGreaterThanOrEqual(crops === 1 ? 68 : 30);
    expect(result['top5']).toBeGreaterThanOrEqual(Number(result['accuracy']));
    expect(code).toBe(0);
  });

  it.each<[string[], number, RegExp]>([
    [['--dataset', 'minst'], 2, /--dataset minst: expected mnist or a folder/],
    [['--dataset', folder, '--data', root], 2, /--data belongs to --dataset mnist/],
    [['--crops', '3'], 2, /Expected 1 or 10/],
    [['--dataset', 'src/gpu'], 1, /holds no labelled pictures: expected FOLDER\/<class>/],
    [['--dataset', 'src'], 1, /src\/\w+: "\w+" is none of the model's classes/],
    [
      ['--model', 'caffenet-tiny'],
      1,
      /mnist test has images of 1 × 28 × 28, caffenet-tiny looks at 3 × 256 × 256/,
    ],
    [
      ['--dataset', path.dirname(file('torn/3/a.png', digit(0).subarray(0, 99))).slice(0, -2)],
      1,
      /torn: none of its pictures could be read/,
    ],
  ])('%j is refused', async (options, expected, reason) => {
    const { code, err } = await fool('evaluate', ...device, ...options);
    expect(err).toMatch(reason);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(expected);
  });

  it('counts and lists what cannot be read, gives the accuracy of the others, and ends with 1', async () => {
    const mixed = path.join(root, 'mixed');
    file('mixed/7/a.png', digit(0));
    file('mixed/2/b.png', digit(1));
    const broken = [
      file('mixed/2/a.jpg', Buffer.from('no picture')),
      file('mixed/7/b.png', digit(0).subarray(0, 99)),
    ];
    const arguments_ = ['evaluate', ...device, '--dataset', mixed];
    const { code, out, err } = await fool(...arguments_);
    expect(out).toMatch(/^2 of 2 images right: 100\.00 %.*\n2 of 4 pictures could not be read$/m);
    expect(err).toMatch(/^fool: .*mixed\/2\/a\.jpg is neither a PNG nor a JPEG/m);
    expect(err).toMatch(/^fool: .*mixed\/7\/b\.png cannot be read as a PNG: it is cut short/m);
    expect(code).toBe(1);
    const asJson = await fool(...arguments_, '--json');
    expect(JSON.parse(asJson.out)).toMatchObject({ images: 2, correct: 2, accuracy: 1, unreadable: broken });
    expect(asJson.code).toBe(1);
  });
});

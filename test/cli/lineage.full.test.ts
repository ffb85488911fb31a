import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../src/node/image-file.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(join(tmpdir(), 'fool-lineage-'));
const run = join(root, 'run');
const device = ['--adapter', 'swiftshader'];
const report = (name: string, ...more: string[]) =>
  fool('report', '--lineage', name, run, ...device, ...more);

beforeAll(async () => {
  const size = ['--generations', '12', '--population', '16', '--quiet'];
  expect((await fool('evolve', ...device, ...size, '--out', run)).code).toBe(0);
}, 120_000);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

describe('fool report --lineage', () => {
  it('writes page, strip and GIF of a class’s elite, and names them', async () => {
    const { code, out } = await report('3', '--json');
    expect(code).toBe(0);
    const answer = JSON.parse(out) as { ancestors: number; replayed: boolean; files: string[] };
    expect(answer).toMatchObject({ class: 3, label: '3', replayed: true });
    expect(answer.files).toEqual(['html', 'png', 'gif'].map((end) => join(run, `lineage-3.${end}`)));
    const [page, strip] = answer.files.map((file) => readFileSync(file));
    expect(page!.toString().match(/<img /g)).toHaveLength(answer.ancestors + 1);
    expect(decodeImage(strip!, 'strip').extent[0]).toBe(3);
  });

  it.each([
    ['12', 2, /--lineage: "12" is none of the model's classes: expected a class number from 0 to 9/],
    ['thre', 2, /--lineage: "thre" is none of the model's classes/],
  ])('of class %s ends with %i and a sentence', async (name, expected, message) => {
    const { code, err } = await report(name);
    expect(err).toMatch(message);
    expect(code).toBe(expected);
  });

  it('says so where the ancestry is damaged, as verify does', async () => {
    const path = join(run, 'lineage.json');
    const whole = readFileSync(path);
    expect((await fool('verify', run, ...device)).out).toMatch(
      /^holds {2}lineage\.json: \d+ elites and ancestors$/m,
    );
    writeFileSync(path, whole.toString().replace('"generation":0', '"generation":1'));
    const { code, err } = await report('3');
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(/lineage\.json .*checksum does not hold; "fool evolve --resume"/),
    ]);
    const verified = await fool('verify', run, ...device, '--json');
    expect(verified.code).toBe(1);
    expect(JSON.parse(verified.out)).toMatchObject({ verified: false, lineage: 'fails' });
    writeFileSync(path, whole);
    expect((await fool('verify', run, ...device, '--quiet')).code).toBe(0);
  });
});

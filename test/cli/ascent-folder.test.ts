import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AscentRow } from '../../src/runs/ascent/schema.ts';
import { decodeImage, encodePng } from '../../src/node/image-file.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { ascentStorage, fakeAscent } from '../report/fake-ascent.ts';
import { fool } from './fool.ts';

const root = mkdtempSync(path.join(tmpdir(), 'fool-ascent-folder-'));
const folder = path.join(root, 'run');
const device = ['--adapter', process.env['FOOL_ADAPTER'] ?? 'swiftshader'];
const at = (file: string) => path.join(folder, file);

interface Answer {
  top: { class: number; label: string; confidence: number }[];
}

/** Digits stand for what would have been climbed; the last objective watches a unit, and names what the network does. */
beforeAll(async () => {
  const { images } = await loadMnist('test');
  const { run, rows, ...rest } = fakeAscent({ unit: true, steps: 5 });
  for (const [index, { picture }] of rows.entries()) {
    mkdirSync(path.dirname(at(picture)), { recursive: true });
    const pixels = images.slice(784 * index, 784 * (index + 1));
    writeFileSync(at(picture), encodePng({ extent: [1, 28, 28], bytes: pixels }));
  }
  const { out } = await fool('classify', ...device, '--json', ...rows.map(({ picture }) => at(picture)));
  const found = (JSON.parse(out) as Answer[]).map(({ top }) => top[0]!);
  const objectives = run.settings.objectives.map((objective, index) =>
    objective.watched === null ? objective : { ...objective, watched: found[index]!.class },
  );
  const storage = await ascentStorage({
    ...rest,
    run: {
      ...run,
      settings: { ...run.settings, objectives },
      model: { ...run.model, sha256: (await loadModel('lenet-mnist')).sha256 },
    },
    rows: rows.map((row, index): AscentRow => ({ ...row, ...found[index]! })),
  });
  for (const [file, bytes] of storage.files) writeFileSync(at(file), bytes);
}, 120_000);

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Runs `fool verify` on a folder one of whose files says something else. */
async function verifyWith(file: string, change: (before: Buffer) => Uint8Array | string) {
  const before = readFileSync(at(file));
  writeFileSync(at(file), change(before));
  try {
    return await fool('verify', ...device, folder);
  } finally {
    writeFileSync(at(file), before);
  }
}

const changedRows = (change: (rows: AscentRow[]) => unknown) => (before: Buffer) =>
  JSON.stringify(change(JSON.parse(before.toString()) as AscentRow[]));

describe('the folder of an ascent', () => {
  it('verifies', async () => {
    const { code, out } = await fool('verify', ...device, folder, '--json');
    const answer = JSON.parse(out) as { cells: object[] };
    expect(answer).toMatchObject({ verified: true });
    expect(answer.cells).toHaveLength(3);
    expect(code).toBe(0);
  });

  it('no longer verifies when a picture is altered', async () => {
    const { code, out } = await verifyWith('images/0001.png', (before) => {
      const image = decodeImage(before, 'images/0001.png');
      return encodePng({ ...image, bytes: image.bytes.map((pixel) => 255 - pixel) });
    });
    expect(out).toMatch(/^holds .*\nFAILS .*\nholds .*\n1 of 3 pictures does not hold$/m);
    expect(code).toBe(1);
  });

  it('does not verify when the network names another class than the one that is said to be found', async () => {
    const other = changedRows((rows) =>
      rows.map((row, index) => (index === 2 ? { ...row, class: 9, label: '9', confidence: 0 } : row)),
    );
    const { code, out } = await verifyWith('archive.json', other);
    expect(out).toMatch(/^FAILS {2}9: stored 0\.00 %, found .*, but it is named \d$/m);
    expect(code).toBe(1);
  });

  it('is refused when it holds no picture yet, or names one elsewhere', async () => {
    expect((await verifyWith('archive.json', () => '[]')).err).toMatch(/holds no picture yet/);
    const outside = changedRows((rows) => [{ ...rows[0], picture: '../../../etc/passwd.png' }]);
    expect((await verifyWith('archive.json', outside)).err).toMatch(/expected a path images\/NAME\.png/);
  });

  it('gets a report', async () => {
    const { code, out } = await fool('report', folder, '--json');
    expect(JSON.parse(out)).toEqual({
      ...{ command: 'report', exitCode: 0, errors: [] },
      ...{ folder, report: at('report.html'), grid: at('grid.png') },
    });
    expect(readFileSync(at('report.html'), 'utf8')).toContain('gradient ascent</small></h1>');
    expect(code).toBe(0);
  });

  it('is not gone on with by an evolution', async () => {
    const { code, err } = await fool('evolve', ...device, '--resume', '--out', folder);
    expect(err).toContain(`is a gradient ascent's folder; "fool ascend --resume" goes on with it.`);
    expect(code).toBe(1);
  });
});

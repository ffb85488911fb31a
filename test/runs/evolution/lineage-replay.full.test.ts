/** Ancestries as runs keep them, and what is drawn of them again. */
import { beforeAll, describe, expect, test } from 'vitest';
import { checkpointPath } from '../../../src/runs/evolution/checkpoint.ts';
import { byId, lineTo, stepsOf, winsOf } from '../../../src/evolution/lineage.ts';
import { ancestryLengths, goalSwitching } from '../../../src/evolution/lineage-statistics.ts';
import type { CellRecord } from '../../../src/runs/evolution/records.ts';
import { replay } from '../../../src/runs/evolution/replay.ts';
import { decodeImage, encodePng } from '../../../src/node/image-file.ts';
import { findLine, ReplayError, writeLineage } from '../../../src/node/lineage-files.ts';
import { readLineage } from '../../../src/runs/evolution/read-lineage.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { openTestGpu } from '../../gpu.ts';
import { copyOf, editState, textOf } from './failing-storage.ts';
import { outcomeOf, tinyColourModel, tinyModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

const kinds = [
  ['CPPNs', 'cppn', tinyModel()],
  ['genes in JSON', 'direct', tinyModel()],
  ['colour, genes in files', 'direct', tinyColourModel()],
  ['colour CPPNs', 'cppn', tinyColourModel()],
] as const;

async function ancestryIn(storage: MemoryStorage) {
  const { run, cells, progress } = await readRun(storage);
  const { ancestors = [], problem } = await readLineage(storage, run, cells);
  expect(problem).toBeUndefined();
  return { run, cells, progress, ancestors };
}

describe.each(kinds)('a run of %s', (_, encoding, model) => {
  const storage = new MemoryStorage();
  const settings = { ...tinySettings, encoding, generations: 25 };
  beforeAll(() => tinyRun({ storage, settings, model }));

  test('has every elite’s ancestors replayed to the elite’s own picture, each with the confidences of its birth', async () => {
    const { run, cells, ancestors } = await ancestryIn(storage);
    const gpu = await openTestGpu();
    expect(Math.max(...ancestryLengths(ancestors, cells).map((length) => length.ancestors))).toBeGreaterThan(
      2,
    );
    for (const cell of cells) {
      const line = lineTo(byId(ancestors), cell.id);
      const replayed = await replay({ gpu, model, settings: run.settings, line, shown: [...line.keys()] });
      expect(replayed.map(({ ancestor }) => ancestor.id)).toEqual(line.map(({ id }) => id));
      for (const { ancestor, confidences } of replayed) {
        for (const win of winsOf(ancestor)) expect(confidences[win.class]).toBeCloseTo(win.confidence, 4);
      }
      const path = `images/${String(cell.class).padStart(4, '0')}.png`;
      const own = decodeImage(storage.files.get(path)!, path);
      expect(replayed.at(-1)!.bytes).toEqual(Uint8Array.from(own.bytes));
    }
  });

  test('counts goal switches as its lines and its progress tell them', async () => {
    const { cells, progress } = await ancestryIn(storage);
    const { goalSwitchesPerClass, replacementsPerClass, share } = goalSwitching(cells);
    const sum = (key: 'replaced' | 'goalSwitches') =>
      progress.reduce((total, record) => total + (record[key] ?? NaN), 0);
    expect(goalSwitchesPerClass * cells.length).toBeCloseTo(sum('goalSwitches'), 9);
    // The first elite of a cell replaces none.
    expect(replacementsPerClass! * cells.length).toBeCloseTo(sum('replaced') - cells.length, 9);
    expect(share).toBeCloseTo(sum('goalSwitches') / (sum('replaced') - cells.length), 9);
    for (const { qdScore, confidences } of progress)
      expect(qdScore).toBeCloseTo(
        confidences.reduce((total, value) => total + value, 0),
        9,
      );
  });
});

describe('the ancestry of an elite', () => {
  const storage = new MemoryStorage();
  const settings = { ...tinySettings, generations: 40 };
  const classOf = () => 1;
  beforeAll(() => tinyRun({ storage, settings }));

  async function replayed(folder: MemoryStorage) {
    const found = await findLine(folder, 'runs/one', classOf);
    const line = found.steps.map(({ ancestor }) => ancestor);
    const gpu = await openTestGpu();
    return { found, images: await replay({ gpu, model: tinyModel(), settings, line, shown: found.shown }) };
  }

  test('is written as a page, a strip and a GIF, which go with the run that is replaced', async () => {
    const copy = copyOf(storage.files);
    const { found, images } = await replayed(copy);
    const files = await writeLineage(copy, found, images);
    expect(files).toEqual(['lineage-1.html', 'lineage-1.png', 'lineage-1.gif']);
    expect(textOf(copy, 'lineage-1.html').match(/<img /g)).toHaveLength(found.shown.length);
    expect(textOf(copy, 'lineage-1.gif').slice(0, 4)).toBe('GIF8');
    await copy.write('lineage-of-my-own.html', 'mine');
    await tinyRun({ storage: copy, settings: { ...tinySettings, seed: 8, generations: 1 } });
    expect([...copy.files.keys()].filter((path) => path.startsWith('lineage')).sort()).toEqual([
      'lineage-of-my-own.html',
      'lineage.json',
    ]);
  });

  test('is not written where it ends in another picture than the run’s', async () => {
    const copy = copyOf(storage.files);
    const picture = decodeImage(copy.files.get('images/0001.png')!, 'images/0001.png');
    picture.bytes[7]! ^= 1;
    await copy.write('images/0001.png', encodePng(picture));
    const { found, images } = await replayed(copy);
    const writing = writeLineage(copy, found, images);
    await expect(writing).rejects.toThrow(ReplayError);
    await expect(writing).rejects.toThrow(
      /does not end in images\/0001\.png: 1 of 144 bytes differ\. .* may round otherwise \(adapter\)$/,
    );
    expect(copy.files.has('lineage-1.html')).toBe(false);
    // Nor where somebody is missing in the line.
    const shorter = images.slice(0, -1);
    await expect(writeLineage(storage, found, shorter)).rejects.toThrow(ReplayError);
  });

  test('begins at the elites of a folder of an earlier version, and says why it cannot be drawn', async () => {
    const old = new MemoryStorage();
    await tinyRun({ storage: old, settings: { ...settings, generations: 6 } });
    await old.remove('lineage.json');
    const older = ({ replacements, ...cell }: CellRecord) => {
      expect(replacements).toBeGreaterThanOrEqual(0);
      return cell;
    };
    await editState(old, checkpointPath, ({ ancestors, cells, ...state }) => {
      expect(ancestors).not.toHaveLength(0);
      return { ...state, cells: cells.map(older) };
    });
    await expect(findLine(old, 'runs/one', classOf)).rejects.toThrow(
      /runs\/one has no lineage\.json: .*"resumedEvolution" keeps/,
    );
    const warnings: string[] = [];
    await tinyRun({
      storage: old,
      settings,
      resume: true,
      hooks: { onWarning: (text) => warnings.push(text) },
    });
    expect(warnings).toEqual([]);
    // Everything else is as it would have been.
    const counted = (record: string | undefined) =>
      record?.replaceAll(/"replacements": \d+,\n\s*|"checksum": "\w+"/g, '');
    expect(counted(outcomeOf(old)['archive.json'])).toBe(counted(outcomeOf(storage)['archive.json']));
    const { cells, ancestors } = await ancestryIn(old);
    expect(ancestryLengths(ancestors, cells).some(({ complete }) => !complete)).toBe(true);
    expect(goalSwitching(cells)).toMatchObject({ share: undefined, replacementsPerClass: undefined });
    const unknown = cells.find(({ id }) => lineTo(byId(ancestors), id)[0]!.parent !== null)!;
    const found = await findLine(old, 'runs/one', () => unknown.class);
    expect(found.obstacle).toMatch(/known from generation \d+ on only/);
    expect(await writeLineage(old, found, undefined)).toEqual([`lineage-${String(unknown.class)}.html`]);
    expect(textOf(old, `lineage-${String(unknown.class)}.html`)).toContain('cannot be drawn');
  });

  test('comes along where the run is rebuilt of its archive, unless it is damaged, which is a note', async () => {
    for (const damage of [undefined, (text: string) => text.replace('"generation":0', '"generation":1')]) {
      const copy = copyOf(storage.files);
      for (const path of copy.files.keys()) if (path.startsWith('checkpoint')) copy.files.delete(path);
      if (damage) await copy.write('lineage.json', damage(textOf(copy, 'lineage.json')));
      const warnings: string[] = [];
      await tinyRun({
        ...{ storage: copy, settings: { ...settings, generations: 45 }, resume: true, fromArchive: true },
        hooks: { onWarning: (text) => warnings.push(text) },
      });
      const { cells, ancestors } = await ancestryIn(copy);
      const complete = ancestryLengths(ancestors, cells).map((length) => length.complete);
      expect(complete.every((is) => is)).toBe(damage === undefined);
      expect(warnings.filter((text) => text.startsWith('lineage.json'))).toEqual(
        damage ? [expect.stringMatching(/checksum does not hold: the ancestry begins at the elites/)] : [],
      );
    }
  });

  test('that a checkpoint has of other elites is a note, and the run goes on', async () => {
    const copy = copyOf(storage.files);
    await editState(copy, checkpointPath, (state) => ({ ...state, ancestors: state.ancestors?.slice(0, 1) }));
    const warnings: string[] = [];
    await tinyRun({
      storage: copy,
      settings,
      resume: true,
      hooks: { onWarning: (text) => warnings.push(text) },
    });
    expect(warnings).toEqual([
      expect.stringMatching(
        /state\.json: elite \d+ of class \d is not among the ancestors: the ancestry begins at/,
      ),
    ]);
    expect(outcomeOf(copy)['archive.json']).toBe(outcomeOf(storage)['archive.json']);
  });

  test('names the class by which a line goes on', async () => {
    const { cells, ancestors } = await ancestryIn(storage);
    for (const cell of cells) {
      const steps = stepsOf(lineTo(byId(ancestors), cell.id), cell.class);
      expect(steps.at(-1)).toMatchObject({ class: cell.class, confidence: cell.confidence });
      for (const [index, step] of steps.slice(1).entries())
        expect(step.ancestor.from).toBe(steps[index]!.class);
    }
  });
});

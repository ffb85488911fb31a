import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderAscentReport } from '../../src/report/ascent-report.ts';
import { readAscent, readAscentRecord } from '../../src/runs/ascent/read.ts';
import { readRunKind, RunFolderError } from '../../src/runs/read-files.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { mutationsOf } from '../support/hostile-bytes.ts';
import { everyReplacement } from '../support/replacements.ts';
import { ascentStorage, fakeAscent, type FakeAscent } from './fake-ascent.ts';
import { fakeRun, storageOf } from './fake-run.ts';
import { full } from '../support/full.ts';

const rich: FakeAscent = { trials: 2, unit: true, genomes: true, fromPicture: true, faulty: 0, steps: 5 };
const files = [
  'run.json',
  'progress.jsonl',
  'archive.json',
  'history.jsonl',
  'trials.json',
  'summary.json',
] as const;

/** The folder of a small ascent with one file replaced; undefined removes it. */
async function folderWith(file: string, content: Uint8Array | string | undefined): Promise<MemoryStorage> {
  const storage = await ascentStorage(fakeAscent(rich));
  await (content === undefined ? storage.remove(file) : storage.write(file, content));
  return storage;
}

async function refusal(file: string, content: Uint8Array | string | undefined): Promise<string> {
  const storage = await folderWith(file, content);
  const error: unknown = await readAscent(storage, 'runs/one').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RunFolderError);
  return error instanceof Error ? error.message : '';
}

describe('readAscent', () => {
  it.each<FakeAscent>([{}, rich])('returns the records as they were written: %j', async (fake) => {
    const folder = fakeAscent(fake);
    expect(await readAscent(await ascentStorage(folder))).toEqual(folder);
  });

  it('does without a summary, progress, history and trials', async () => {
    expect((await readAscent(await folderWith('summary.json', undefined))).summary).toBeUndefined();
    expect((await readAscent(await folderWith('progress.jsonl', undefined))).progress).toEqual([]);
    expect((await readAscent(await folderWith('history.jsonl', undefined))).history).toEqual([]);
    expect((await readAscent(await folderWith('trials.json', undefined))).trials).toEqual([]);
  });

  it('takes an ascent that has not come to its last objectives', async () => {
    const { rows, history } = fakeAscent(rich);
    const folder = await readAscent(await folderWith('archive.json', JSON.stringify(rows.slice(0, 1))));
    expect(folder.rows).toEqual(rows.slice(0, 1));
    expect(folder.history).toEqual(history.slice(0, 1));
  });

  it('ignores a torn last line of history and progress', async () => {
    const { history, progress } = fakeAscent(rich);
    const torn = history
      .map((record) => JSON.stringify(record))
      .join('\n')
      .slice(0, -9);
    expect((await readAscent(await folderWith('history.jsonl', torn))).history).toEqual(history.slice(0, -1));
    const [line] = progress.map((record) => JSON.stringify(record));
    expect(
      (await readAscent(await folderWith('progress.jsonl', `${line ?? ''}\n{"tr`))).progress,
    ).toHaveLength(1);
  });

  it('says when a folder is no run, not one yet, or another kind of run', async () => {
    expect(await refusal('run.json', undefined)).toBe(
      'runs/one is not a run folder: it has no run.json. Make one with "fool ascend".',
    );
    expect(await refusal('archive.json', undefined)).toContain('Resume it with resumedAscent.');
    const evolution = await storageOf(fakeRun());
    for (const read of [readAscent, readAscentRecord]) {
      await expect(read(evolution, 'runs/one')).rejects.toThrow(
        `runs/one is an evolution's folder; "resumedEvolution" goes on with it.`,
      );
    }
  });

  it('refuses files of different runs', async () => {
    const { rows, history, trials, run } = fakeAscent(rich);
    const other = [{ ...rows[0], objective: 'class 9' }];
    expect(await refusal('archive.json', JSON.stringify(other))).toContain(
      'archive.json, row 0 is of "class 9", run.json has "class 0": the files are not of one run',
    );
    expect(await refusal('archive.json', JSON.stringify([...rows, rows[0]]))).toContain('no such objective');
    expect(await refusal('archive.json', JSON.stringify([{ ...rows[0], class: 10 }]))).toContain(
      'is of class 10, the model has 10',
    );
    expect(await refusal('archive.json', JSON.stringify([{ ...rows[0], class: 3 }]))).toContain(
      'is of class 3, run.json watches 0',
    );
    expect(await refusal('history.jsonl', `${JSON.stringify(history[1])}\n`)).toContain(
      'history.jsonl, line 1 is of "class 1", run.json has "class 0"',
    );
    const [trial, next] = trials;
    expect(await refusal('trials.json', JSON.stringify([next]))).toContain('run.json has "trial 0"');
    expect(await refusal('trials.json', JSON.stringify([{ ...trial, rows: other }]))).toContain(
      'trials.json, "trial 0", row 0 is of "class 9"',
    );
    const alone = { ...run, settings: { ...run.settings, trials: run.settings.trials.slice(0, 1) } };
    expect(await refusal('run.json', JSON.stringify(alone))).toContain('run.json has no trial');
  });

  it('refuses a picture outside its folder', async () => {
    const [row] = fakeAscent(rich).rows;
    const archive = JSON.stringify([{ ...row, picture: 'images/../../secret.png' }]);
    expect(await refusal('archive.json', archive)).toContain('0.picture: expected a path images/NAME.png');
  });

  it.each(files)('refuses or reads any bytes as %s, and reports what it reads', async (file) => {
    const valid = (await ascentStorage(fakeAscent(rich))).files.get(file) ?? new Uint8Array();
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      mutationsOf(valid),
    );
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        try {
          const folder = await readAscent(await folderWith(file, content));
          const page = renderAscentReport({
            ...folder,
            name: 'run',
            pictures: new Map(),
            compared: new Map(),
            frames: new Map(),
            starts: new Map(),
            differences: new Map(),
          });
          expect(page).toContain('</html>');
        } catch (error) {
          expect(error).toBeInstanceOf(RunFolderError);
        }
      }),
      { numRuns: full ? 40 : 10 },
    );
  });

  it('survives values of the wrong kind at any place, and reports what it reads', async () => {
    const { run, rows, history, summary } = fakeAscent({ ...rich, steps: 1, trials: 1 });
    const whole = {
      'run.json': run,
      'archive.json': rows,
      'history.jsonl': history[0],
      'summary.json': summary,
    };
    for (const [file, value] of Object.entries(whole)) {
      for (const content of everyReplacement(value)) {
        const storage = await ascentStorage(fakeAscent({ ...rich, steps: 1, trials: 1 }));
        await storage.write(file, `${JSON.stringify(content)}\n`);
        const folder: unknown = await readAscent(storage).catch((thrown: unknown) => thrown);
        if (folder instanceof Error) expect(folder).toBeInstanceOf(RunFolderError);
      }
    }
  });
});

describe('readRunKind', () => {
  it('tells an evolution from an ascent', async () => {
    expect(await readRunKind(await storageOf(fakeRun()))).toBe('evolution');
    expect(await readRunKind(await ascentStorage(fakeAscent()))).toBe('ascent');
  });

  it('refuses a kind of a later version, and a folder without any', async () => {
    const later = await folderWith('run.json', JSON.stringify({ kind: 'annealing' }));
    await expect(readRunKind(later)).rejects.toThrow(/run\.json is not what this version reads: kind/);
    await expect(readRunKind(new MemoryStorage(), 'runs/one')).rejects.toThrow(
      'runs/one is not a run folder: it has no run.json. Make one with "fool evolve" or "fool ascend".',
    );
  });
});

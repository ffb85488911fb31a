import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRun, readRunRecord, RunFolderError } from '../../../src/runs/evolution/read.ts';
import { renderReport } from '../../../src/report/evolution-report.ts';
import { withChecksum } from '../../../src/storage/checksum.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { mutationsOf } from '../../support/hostile-bytes.ts';
import { everyReplacement } from '../../support/replacements.ts';
import { ascentStorage, fakeAscent } from '../../report/fake-ascent.ts';
import { fakeRun, storageOf } from '../../report/fake-run.ts';
import { full } from '../../support/full.ts';

const files = ['run.json', 'progress.jsonl', 'archive.json', 'summary.json'] as const;

/** The folder of a small run with one file replaced; undefined removes it. */
async function folderWith(file: string, content: Uint8Array | string | undefined): Promise<MemoryStorage> {
  const storage = await storageOf(fakeRun());
  await (content === undefined ? storage.remove(file) : storage.write(file, content));
  return storage;
}

async function refusal(file: string, content: Uint8Array | string | undefined): Promise<string> {
  const storage = await folderWith(file, content);
  const error: unknown = await readRun(storage, 'runs/one').catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RunFolderError);
  return error instanceof Error ? error.message : '';
}

describe('readRun', () => {
  it.each(['cppn', 'direct'] as const)(
    'returns the records of a %s run as they were written',
    async (encoding) => {
      const { pictures, name, ...records } = fakeRun({ encoding });
      expect(await readRun(await storageOf({ ...records, name, pictures }))).toEqual(records);
    },
  );

  it('does without a summary and without progress', async () => {
    expect((await readRun(await folderWith('summary.json', undefined))).summary).toBeUndefined();
    expect((await readRun(await folderWith('progress.jsonl', undefined))).progress).toEqual([]);
  });

  it('reads run.json of a run that has saved nothing else', async () => {
    expect((await readRunRecord(await folderWith('archive.json', undefined))).settings.seed).toBe(1);
  });

  it('ignores a torn last line of progress', async () => {
    const lines = fakeRun().progress.map((record) => `${JSON.stringify(record)}\n`);
    const whole = lines.join('');
    for (const torn of ['{"generation":5,"eval', '\0\0\0', '{', '  ']) {
      expect((await readRun(await folderWith('progress.jsonl', whole + torn))).progress).toHaveLength(
        lines.length,
      );
    }
    const unterminated = await readRun(await folderWith('progress.jsonl', whole.trimEnd()));
    expect(unterminated.progress).toHaveLength(lines.length);
  });

  it('passes over lines of progress that are damaged, and counts them', async () => {
    const lines = fakeRun().progress.map((record) => JSON.stringify(withChecksum(record)));
    const [first = '', second = ''] = lines;
    const altered = second.replace(/"evaluations":\d+/, '"evaluations":7');
    expect(altered).not.toBe(second);
    const storage = await storageOf(fakeRun());
    await storage.write('progress.jsonl', `${first}\n{"gener\n${altered}\n${second}\n`);
    const { progress, damagedLines } = await readRun(storage);
    expect(progress).toEqual(fakeRun().progress.slice(0, 2));
    expect(damagedLines).toBe(2);
    const other = JSON.stringify({ ...fakeRun().progress[0], confidences: [0.5] });
    expect(await refusal('progress.jsonl', `${first}\n${other}\n`)).toContain(
      'a line has 1 confidences, archive.json has 3 cells',
    );
  });

  it('says when a folder is no run, or not one yet', async () => {
    expect(await refusal('run.json', undefined)).toContain('runs/one is not a run folder');
    expect(await refusal('archive.json', undefined)).toContain('Resume it with resumedEvolution.');
  });

  it("says that a gradient ascent's folder is one, and what goes on with it", async () => {
    const storage = await ascentStorage(fakeAscent());
    for (const read of [readRun, readRunRecord]) {
      await expect(read(storage, 'runs/one')).rejects.toThrow(
        `runs/one is a gradient ascent's folder; "resumedAscent" goes on with it.`,
      );
    }
  });

  it('names the file, the field and the reason', async () => {
    const { run, cells } = fakeRun();
    const settings = { ...run.settings, population: 'many' };
    expect(await refusal('run.json', JSON.stringify({ ...run, settings }))).toMatch(
      /run\.json is not what this version reads: settings\.population: .*expected number/,
    );
    expect(await refusal('run.json', JSON.stringify({ ...run, format: 2 }))).toContain(
      'format: Invalid input: expected 1',
    );
    const stray = { encoding: 'cppn', nodes: [], connections: [{ source: 0, target: 9, weight: 1 }] };
    expect(await refusal('archive.json', JSON.stringify([{ ...cells[0], genome: stray }]))).toContain(
      '0.genome.connections.0.target: node 9 does not exist',
    );
    expect(await refusal('archive.json', Uint8Array.of(255, 254))).toContain('archive.json is not UTF-8');
    expect(await refusal('summary.json', '')).toContain('summary.json is not JSON');
  });

  it.each(files)('refuses or reads any bytes as %s, and reports what it reads', async (file) => {
    const valid = (await storageOf(fakeRun())).files.get(file) ?? new Uint8Array();
    const contents = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
      mutationsOf(valid),
    );
    await fc.assert(
      fc.asyncProperty(contents, async (content) => {
        try {
          const folder = await readRun(await folderWith(file, content));
          expect(renderReport({ ...folder, name: 'run', pictures: new Map() })).toContain('</html>');
        } catch (error) {
          expect(error).toBeInstanceOf(RunFolderError);
        }
      }),
      { numRuns: full ? 60 : 15 },
    );
  });

  it('survives values of the wrong kind at any place', async () => {
    const { run, cells, summary, progress } = fakeRun({ generations: 1 });
    const whole = {
      'run.json': run,
      'archive.json': cells,
      'summary.json': summary,
      'progress.jsonl': progress[0],
    };
    for (const [file, value] of Object.entries(whole)) {
      for (const content of everyReplacement(value)) {
        const folder = await folderWith(file, `${JSON.stringify(content)}\n`);
        const error: unknown = await readRun(folder).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) expect(error).toBeInstanceOf(RunFolderError);
      }
    }
  });
});

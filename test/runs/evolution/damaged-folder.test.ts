/** What becomes of a run whose files were damaged while it was stopped: it ends as it would have, or says what is wrong. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { CheckpointError, checkpointPath } from '../../../src/runs/evolution/checkpoint.ts';
import type { CellRecord, RunRecord } from '../../../src/runs/evolution/records.ts';
import { readClaims } from '../../../src/runs/claims.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import { RunFolderError } from '../../../src/runs/read-files.ts';
import { withChecksumIn } from '../../../src/storage/checksum.ts';
import { previousOf } from '../../../src/storage/generations.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { full } from '../../support/full.ts';
import { copyOf, editState, RecordingStorage, textOf } from './failing-storage.ts';
import { outcomeOf, tinyColourModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

const kinds = [
  ['CPPNs', undefined, tinySettings],
  ['genes in files', tinyColourModel(), { ...tinySettings, encoding: 'direct', generations: 5 } as const],
] as const;

describe.each(kinds)('a run with %s', (_, model, settings) => {
  const whole = new RecordingStorage();
  let stopped: MemoryStorage;
  beforeAll(async () => {
    await tinyRun({ ...(model && { model }), storage: whole, settings });
    // As it was killed after its last checkpoint but one.
    const states = [...whole.moments.keys()].filter((moment) => {
      const [now, before] = [whole.moments[moment], whole.moments[moment - 1]];
      return (
        now?.get(checkpointPath) !== undefined && now.get(checkpointPath) !== before?.get(checkpointPath)
      );
    });
    stopped = copyOf(whole.moments[states.at(-2)!]!);
  });

  async function resumed(storage: MemoryStorage, warnings: string[] = [], fromArchive = false) {
    await tinyRun({
      ...(model && { model }),
      storage,
      settings,
      resume: true,
      fromArchive,
      hooks: { onWarning: (text) => warnings.push(text) },
    });
    return outcomeOf(storage);
  }

  test('keeps two checkpoints, and goes on from the older one, with a note, where the newer is damaged', async () => {
    const storage = copyOf(stopped.files);
    expect(storage.files.has(previousOf(checkpointPath))).toBe(true);
    await storage.write(checkpointPath, textOf(storage, checkpointPath).replace(/"id": \d/, '"id": 9'));
    const warnings: string[] = [];
    expect(await resumed(storage, warnings)).toEqual(outcomeOf(whole));
    expect(warnings).toEqual([
      'checkpoint/state.json is not what was written: its checksum does not hold: the run goes on from the checkpoint before it',
    ]);
  });

  test('that lost the newer checkpoint goes on from the older one', async () => {
    const storage = copyOf(stopped.files);
    await storage.remove(checkpointPath);
    expect(await resumed(storage)).toEqual(outcomeOf(whole));
  });

  test.each([
    ['damaged', (storage: MemoryStorage, path: string) => storage.write(path, '{'), /is no JSON/],
    ['gone', (storage: MemoryStorage, path: string) => storage.remove(path), /state\.json is gone/],
  ])('whose checkpoints are both %s is not begun anew in silence', async (_, damage, message) => {
    const storage = copyOf(stopped.files);
    for (const path of [checkpointPath, previousOf(checkpointPath)]) await damage(storage, path);
    const files = new Map(storage.files);
    await expect(resumed(storage)).rejects.toThrow(message);
    await expect(resumed(storage)).rejects.toThrow(/rebuild .*with fromArchive$/);
    expect(storage.files).toEqual(files);
    const warnings: string[] = [];
    await resumed(storage, warnings, true);
    expect(warnings).toEqual([
      expect.stringMatching(/rebuilt of archive\.json at generation \d: .* no longer/),
    ]);
    expect(JSON.parse(textOf(storage, 'run.json'))).toHaveProperty('rebuiltAt');
    expect((await readClaims(storage)).claims).toHaveLength(5);
  });

  test('leaves damaged lines of progress out, with a note', async () => {
    const storage = copyOf(stopped.files);
    const lines = textOf(storage, 'progress.jsonl').split('\n');
    lines[0] = lines[0]!.replace('"median":0', '"median":1');
    await storage.write('progress.jsonl', lines.join('\n'));
    const warnings: string[] = [];
    const { progress, ...rest } = await resumed(storage, warnings);
    expect(warnings).toEqual(['progress.jsonl: 1 damaged line is left out']);
    const { progress: expected, ...others } = outcomeOf(whole);
    expect(rest).toEqual(others);
    expect(progress!.split('\n')).toEqual(expected!.split('\n').slice(1));
  });

  test('with any byte changed, or any file cut short or gone, ends as it would have or says why not', async () => {
    const paths = [...stopped.files.keys()].filter((path) => !path.startsWith('images/')).sort();
    const damage = fc.record({
      path: fc.constantFrom(...paths),
      how: fc.constantFrom('flip', 'flip', 'cut', 'remove'),
      at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      bit: fc.nat(7),
    });
    const expected = outcomeOf(whole);
    await fc.assert(
      fc.asyncProperty(damage, async ({ path, how, at, bit }) => {
        const storage = copyOf(stopped.files);
        const bytes = Uint8Array.from(storage.files.get(path)!);
        const place = Math.floor(at * bytes.length);
        bytes[place]! ^= 1 << bit;
        if (how === 'remove') await storage.remove(path);
        else await storage.write(path, how === 'cut' ? bytes.slice(0, place) : bytes);
        try {
          const { progress, ...outcome } = await resumed(storage);
          expect({ ...outcome, progress: '' }).toEqual({ ...expected, progress: '' });
          // Its lines are left out where they are damaged, and never altered.
          for (const line of progress!.split('\n')) expect(expected['progress']!.split('\n')).toContain(line);
        } catch (error) {
          if (!(error instanceof CheckpointError || error instanceof RunFolderError)) throw error;
          expect(error.message).toContain(path.replace('.previous', ''));
        }
      }),
      { numRuns: full ? 200 : 25 },
    );
  });
});

const runIn = (storage: MemoryStorage): RunRecord => JSON.parse(textOf(storage, 'run.json')) as RunRecord;

describe('files of a run with another seed', () => {
  const [ours, theirs] = [new MemoryStorage(), new MemoryStorage()];
  beforeAll(async () => {
    await tinyRun({ storage: ours });
    await tinyRun({ storage: theirs, settings: { ...tinySettings, seed: 6 } });
  });
  const withTheirs = (path: string) => {
    const copy = copyOf(ours.files);
    copy.files.set(path, theirs.files.get(path)!);
    return copy;
  };

  test.each([
    [
      checkpointPath,
      /state\.json comes from another run: [0-9a-f]{8}, here it is .*put the checkpoint .* back/,
    ],
    ['run.json', /state\.json comes from another run/],
  ])('%s: the run does not go on', async (path, message) => {
    await expect(tinyRun({ storage: withTheirs(path), resume: true })).rejects.toThrow(message);
  });

  test.each(['archive.json', 'summary.json', 'run.json'])('%s: the folder is not read', async (path) => {
    await expect(readRun(withTheirs(path))).rejects.toThrow(/checksum does not hold/);
  });

  test('progress.jsonl: its lines are passed over', async () => {
    expect(await readRun(withTheirs('progress.jsonl'))).toMatchObject({ progress: [], damagedLines: 6 });
  });

  test('have another mark; one that is longer, or the same again, has the same', async () => {
    const longer = new MemoryStorage();
    await tinyRun({ storage: longer, settings: { ...tinySettings, generations: 7 } });
    expect(runIn(longer).mark).toBe(runIn(ours).mark);
    expect(runIn(theirs).mark).not.toBe(runIn(ours).mark);
  });
});

describe('an archive', () => {
  const storage = new MemoryStorage();
  beforeAll(() => tinyRun({ storage }));

  test.each<[string, (cells: CellRecord[], mark?: string) => unknown[], RegExp]>([
    ['with an altered row', ([first, ...rest]) => [{ ...first, id: 77 }, ...rest], /checksum does not hold/],
    ['with cells exchanged', ([a, b, ...rest]) => [b, a, ...rest], /cell 0 is of class 1, run\.json has 0/],
    ['with a cell repeated', ([a, , ...rest]) => [a, a, ...rest], /cell 1 is of class 0, run\.json has 1/],
    ['with a cell less', (cells) => cells.slice(0, -1), /4 cells, run\.json has 5/],
    [
      'with another label',
      ([first, ...rest], mark) => {
        const cell = { ...first!, label: 'cat', checksum: undefined };
        return [withChecksumIn(mark)(cell), ...rest];
      },
      /cell 0 is labelled "cat", run\.json has "class 0"/,
    ],
  ])('%s is not verified', async (_, change, message) => {
    const copy = copyOf(storage.files);
    const cells = JSON.parse(textOf(storage, 'archive.json')) as CellRecord[];
    await copy.write('archive.json', JSON.stringify(change(cells, runIn(copy).mark)));
    await expect(readClaims(copy)).rejects.toThrow(RunFolderError);
    await expect(readClaims(copy)).rejects.toThrow(message);
  });

  test('of an earlier version, without checksums, is read, and its run resumed', async () => {
    const old = copyOf(storage.files);
    for (const path of ['run.json', 'archive.json', 'summary.json', 'progress.jsonl'])
      await old.write(path, textOf(old, path).replaceAll(/,\s*"checksum": ?"[0-9a-f]{8}"/g, ''));
    await old.write('run.json', textOf(old, 'run.json').replace(/"mark": "[^"]*",/, ''));
    await editState(old, checkpointPath, (state) => ({ ...state, format: 2, mark: undefined }));
    await old.write(checkpointPath, textOf(old, checkpointPath).replace(/,"checksum":"[^"]*"/, ''));
    expect((await readClaims(old)).claims).toHaveLength(5);
    await tinyRun({ storage: old, resume: true });
    // Its records have the checksums of unmarked ones then.
    const unsummed = (files: MemoryStorage) =>
      JSON.stringify(outcomeOf(files)).replaceAll(/\\"(checksum|mark)\\": ?\\"[0-9a-f]{8}\\",?/g, '');
    expect(unsummed(old)).toBe(unsummed(storage));
    expect(runIn(old)).not.toHaveProperty('mark');
  });
});

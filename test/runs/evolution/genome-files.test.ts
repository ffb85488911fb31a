/** Large direct genomes lie in files beside the checkpoint that names them, whatever happens in between. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { DirectPopulation } from '../../../src/genome/direct-population.ts';
import { previousOf } from '../../../src/storage/generations.ts';
import { CheckpointError, checkpointPath, type Checkpoint } from '../../../src/runs/evolution/checkpoint.ts';
import type { CellRecord } from '../../../src/runs/evolution/records.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { decodeImage } from '../../../src/node/image-file.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import { FailingStorage, RecordingStorage, copyOf, editState } from './failing-storage.ts';
import { outcomeOf, tinyColourModel, tinyModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

const model = tinyColourModel();
const settings = { ...tinySettings, encoding: 'direct' } as const;
const bytesOfGenome = 2 * 3 * 60 * 60;

const genomesIn = (files: ReadonlyMap<string, Uint8Array>) =>
  [...files.keys()].filter((path) => path.startsWith('genomes/')).sort();

const fileOf = ({ genome }: CellRecord) => ('file' in genome ? genome.file : undefined);

/** Genome files that a JSON file of cells names; undefined before it is there. */
function namedBy(files: ReadonlyMap<string, Uint8Array>, path: string): (string | undefined)[] | undefined {
  const bytes = files.get(path);
  if (!bytes) return undefined;
  const content = JSON.parse(new TextDecoder().decode(bytes)) as CellRecord[] | Checkpoint;
  const cells = 'cells' in content ? content.cells : content;
  return cells.map(fileOf).sort();
}

describe('genomes of a run in files', () => {
  const whole = new RecordingStorage();
  beforeAll(() => tinyRun({ model, storage: whole, settings }));

  const kept = () => [
    ...new Set([
      ...(namedBy(whole.files, checkpointPath) ?? []),
      ...(namedBy(whole.files, previousOf(checkpointPath)) ?? []),
    ]),
  ];

  test('are named by class and elite, hold every gene, and no other is left but of the checkpoint before', async () => {
    const { cells } = await readRun(whole);
    expect(cells.map(fileOf)).toEqual(
      cells.map(({ class: number, id }) => `genomes/000${String(number)}-${String(id)}.genes`),
    );
    expect(genomesIn(whole.files)).toEqual(kept().sort());
    for (const path of genomesIn(whole.files)) expect(whole.files.get(path)).toHaveLength(bytesOfGenome);
  });

  test('are there for the checkpoint and the archive at every moment', () => {
    let replaced = 0;
    for (const files of whole.moments) {
      for (const path of [checkpointPath, 'archive.json'])
        expect(genomesIn(files)).toEqual(expect.arrayContaining(namedBy(files, path) ?? []));
      if (genomesIn(files).length > 5) replaced++;
    }
    expect(replaced).toBeGreaterThan(0);
  });

  test('give the picture of their cell', () => {
    // The second plane is lightness, which is half of a colour's largest and smallest part together.
    for (const [index, path] of (namedBy(whole.files, 'archive.json') ?? []).entries()) {
      if (path === undefined) throw new Error('a genome without a file');
      const genes = new Uint16Array(Uint8Array.from(whole.files.get(path)!).buffer);
      const { bytes: pixels } = decodeImage(whole.files.get(`images/000${String(index)}.png`)!, path);
      for (let pixel = 0; pixel < 3600; pixel += 97) {
        const lightness = Math.floor(genes[3600 + pixel]! / 257);
        const rgb = [0, 1, 2].map((channel) => pixels[3600 * channel + pixel]!);
        expect(Math.abs((Math.max(...rgb) + Math.min(...rgb)) / 2 - lightness)).toBeLessThanOrEqual(1);
      }
    }
  });

  test('are written once each', async () => {
    const storage = new FailingStorage(() => false);
    await tinyRun({ model, storage, settings });
    const written = storage.written.filter((path) => path.startsWith('genomes/'));
    expect(new Set(written).size).toBe(written.length);
    const resumed = new FailingStorage(() => false);
    for (const [path, bytes] of storage.files) resumed.files.set(path, bytes);
    await tinyRun({ model, storage: resumed, settings, resume: true });
    expect(resumed.written.filter((path) => path.startsWith('genomes/'))).toEqual([]);
  });

  test('are read back from the device once each', async () => {
    const reading = vi.spyOn(DirectPopulation.prototype, 'genomes');
    const storage = new FailingStorage(() => false);
    await tinyRun({ model, storage, settings });
    const read = reading.mock.calls.flatMap(([cells]) => cells);
    reading.mockRestore();
    expect(read).toHaveLength(storage.written.filter((path) => path.startsWith('genomes/')).length);
  });

  test('that a killed process left behind are removed by the next checkpoint, other files are not', async () => {
    const storage = copyOf(whole.files);
    const strangers = ['genomes/notes.txt', 'genomes/7-1.genes', 'genomes/0001-2.genes.bak'];
    for (const path of ['genomes/0003-99999.genes', 'genomes/0003-4.genes.1234567', ...strangers])
      await storage.write(path, 'x');
    await tinyRun({ model, storage, settings, resume: true });
    const left = [...(namedBy(storage.files, checkpointPath) ?? []), ...strangers];
    expect(genomesIn(storage.files)).toEqual(left.sort());
  });

  test('go with the run that is replaced', async () => {
    const [storage, fresh] = [copyOf(whole.files), new MemoryStorage()];
    for (const one of [storage, fresh])
      await tinyRun({ model: tinyModel(), storage: one, settings: { ...settings, classes: [4] } });
    expect(genomesIn(storage.files)).toEqual([]);
    expect([...storage.files.keys()].sort()).toEqual([...fresh.files.keys()].sort());
  });

  test.each([
    ['missing', (storage: MemoryStorage, path: string) => storage.remove(path), /is missing/],
    [
      'cut short',
      (storage: MemoryStorage, path: string) => storage.write(path, new Uint8Array(bytesOfGenome - 2)),
      /was damaged after it was written/,
    ],
    ['empty', (storage: MemoryStorage, path: string) => storage.write(path, ''), /was damaged after/],
  ])('that are %s are refused with their name and what to do', async (_, damage, message) => {
    const storage = copyOf(whole.files);
    const path = genomesIn(storage.files)[2]!;
    await damage(storage, path);
    const resuming = tinyRun({ model, storage, settings: { ...settings, generations: 7 }, resume: true });
    await expect(resuming).rejects.toThrow(CheckpointError);
    const text = await resuming.catch((error: unknown) => (error as Error).message);
    expect(text).toMatch(message);
    expect(text).toContain(path);
    expect(text).toMatch(/^checkpoint\/state\.json: .*put the file back from a copy, or start a new run/);
  });

  test.each([
    '../secret',
    'genomes/../run.json',
    '/genomes/0001-2.genes',
    'genomes/0001-2.genes/..',
    'genomes\\0001-2.genes',
    'genomes/0001-2.genes\n',
    'genomes/1-2.genes',
    'run.json',
    '',
  ])('are looked for in their folder only: %j is refused', async (file) => {
    const storage = copyOf(whole.files);
    await editState(storage, checkpointPath, (state) => ({
      ...state,
      cells: state.cells.map((cell) => ({ ...cell, genome: { encoding: 'direct', file } })),
    }));
    const resuming = tinyRun({ model, storage, settings, resume: true });
    await expect(resuming).rejects.toThrow(CheckpointError);
    await expect(resuming).rejects.toThrow('cells.0.genome: expected genes in base64 or a file genomes/');
  });

  test('that the disk refuses once cost a warning and nothing else', async () => {
    for (const turn of [0, 3, 5, 6]) {
      const warnings: string[] = [];
      let genomes = 0;
      const storage = new FailingStorage((_, path) => path.startsWith('genomes/') && genomes++ === turn);
      await tinyRun({ model, storage, settings, hooks: { onWarning: (text) => warnings.push(text) } });
      expect(warnings).toEqual([expect.stringMatching(/^could not save generation \d.*genomes\//)]);
      expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
    }
  });

  test('that the disk does not let go of stay, with a warning, until it does', async () => {
    const storage = new MemoryStorage();
    const remove = storage.remove.bind(storage);
    let refused = 0;
    storage.remove = (path) =>
      path.startsWith('genomes/') && refused++ < 2 ? Promise.reject(new Error('busy')) : remove(path);
    const warnings: string[] = [];
    await tinyRun({ model, storage, settings, hooks: { onWarning: (text) => warnings.push(text) } });
    expect(warnings).toEqual(Array(2).fill('old genome files are left in the run folder: busy'));
    expect(outcomeOf(storage)).toEqual(outcomeOf(whole));
  });
});

describe('the colour path of the direct encoding', () => {
  test.each([
    ['genes in JSON', tinyModel([3, 10, 10], 4, [3, 8, 8]), 1],
    ['genes in JSON, an odd number', tinyModel([3, 9, 11], 4, [3, 8, 8]), 10],
    ['files', tinyColourModel(), 10],
  ] as const)('with %s repeats and resumes bit for bit', async (_, colourModel, crops) => {
    const all = { ...settings, crops, population: 9 };
    const [first, second, parts] = [new MemoryStorage(), new MemoryStorage(), new MemoryStorage()];
    await tinyRun({ model: colourModel, storage: first, settings: all });
    await tinyRun({ model: colourModel, storage: second, settings: all });
    for (const stopped of [false, true, true]) {
      const hooks = { shouldStop: () => true };
      await tinyRun({ model: colourModel, storage: parts, settings: all, hooks, resume: stopped });
    }
    await tinyRun({ model: colourModel, storage: parts, settings: all, resume: true });
    expect(outcomeOf(second)).toEqual(outcomeOf(first));
    expect(outcomeOf(parts)).toEqual(outcomeOf(first));
    const confidences = (await readRun(first)).progress.map(({ mean }) => mean);
    expect(confidences.at(-1)).toBeGreaterThan(confidences[0]!);
  });
});

/** An evolution of the library that records into a folder leaves what the command leaves. */
import { expect, test } from 'vitest';
import { evolve } from '../../../src/evolution/evolve.ts';
import { encodePng } from '../../../src/node/image-file.ts';
import { readRun } from '../../../src/runs/evolution/read.ts';
import { folderRecorder } from '../../../src/runs/evolution/start.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { outcomeOf, sha256, tinyModel, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';
import { openTestGpu } from '../../gpu.ts';

const model = tinyModel();

async function evolveInto(storage: MemoryStorage, generations: number): Promise<void> {
  const gpu = await openTestGpu();
  const { population, seed } = tinySettings;
  const recorder = folderRecorder({ storage, sha256, encodePicture: encodePng });
  using run = await evolve({ gpu, model, population, seed, generations, recorder });
  expect(run.complete).toBe(true);
}

test('evolve with a folder leaves the run that the same settings give', async () => {
  const [own, whole] = [new MemoryStorage(), new MemoryStorage()];
  await evolveInto(own, tinySettings.generations);
  await tinyRun({ storage: whole });
  expect(outcomeOf(own)).toEqual(outcomeOf(whole));
  const { run, summary } = await readRun(own);
  expect(run.settings).toEqual(tinySettings);
  expect(run.mark).toBe((await readRun(whole)).run.mark);
  expect(summary).toMatchObject({ complete: true, generations: 6, evaluations: 6 * 13 });
  const { milliseconds } = summary!;
  expect(milliseconds.setUp).toBeGreaterThan(0);
  expect(milliseconds.saving).toBeGreaterThan(0);
});

test('a run that evolve has recorded is resumed', async () => {
  const [parts, whole] = [new MemoryStorage(), new MemoryStorage()];
  await evolveInto(parts, 3);
  await tinyRun({ storage: parts, resume: true });
  await tinyRun({ storage: whole });
  expect(outcomeOf(parts)).toEqual(outcomeOf(whole));
});

test('evolve in the folder of another run leaves nothing of that', async () => {
  const [reused, fresh] = [new MemoryStorage(), new MemoryStorage()];
  await tinyRun({ storage: reused, settings: { ...tinySettings, encoding: 'direct', generations: 2 } });
  await evolveInto(reused, 2);
  await evolveInto(fresh, 2);
  expect(outcomeOf(reused)).toEqual(outcomeOf(fresh));
  expect([...reused.files.keys()].sort()).toEqual([...fresh.files.keys()].sort());
});

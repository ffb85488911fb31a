import { editState } from '../runs/evolution/failing-storage.ts';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { carryOut } from '../../src/runs/evolution/carry-out.ts';
import type { RunSettings } from '../../src/runs/evolution/records.ts';
import { newEvolution, resumedEvolution } from '../../src/runs/evolution/start.ts';
import { encodePng } from '../../src/node/image-file.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { covering } from '../support/full.ts';

const { model, sha256 } = await loadModel('lenet-mnist');
const base: RunSettings = {
  model: 'lenet-mnist',
  encoding: 'cppn',
  generations: 8,
  population: 14,
  seed: 3,
  crops: 1,
  coordinates: 'pixels',
};

async function runIn(
  storage: MemoryStorage,
  settings: RunSettings,
  options: { resume?: boolean; stopAfter?: number } = {},
) {
  const gpu = await openTestGpu();
  const setup = {
    gpu,
    model,
    sha256,
    settings,
    storage,
    encodePicture: encodePng,
    started: '2020-01-01T00:00:00.000Z',
    checkpointEvery: 0,
  };
  using run = options.resume ? await resumedEvolution(setup) : await newEvolution(setup);
  const stopping = new AbortController();
  let done = 0;
  const onGeneration = () => {
    if (++done === options.stopAfter) stopping.abort();
  };
  return await carryOut(run, { onGeneration, signal: stopping.signal });
}

/** A digest of the archive and of every picture. */
function outcome({ files }: MemoryStorage): Record<string, string> {
  const kept = [...files].filter(([name]) => name === 'archive.json' || name.startsWith('images/'));
  return Object.fromEntries(
    kept.sort().map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')]),
  );
}

describe.each(['cppn', 'direct'] as const)('evolution with the %s encoding', (encoding) => {
  const settings = { ...base, encoding };

  it('gives the same archive and pictures for the same seed, others for another', async () => {
    const [first, second, other] = [new MemoryStorage(), new MemoryStorage(), new MemoryStorage()];
    const summary = await runIn(first, settings);
    await runIn(second, settings);
    await runIn(other, { ...settings, seed: 4 });
    expect(outcome(second)).toEqual(outcome(first));
    expect(outcome(other)).not.toEqual(outcome(first));
    expect(Object.keys(outcome(first))).toHaveLength(11);
    expect(summary).toMatchObject({ complete: true, generations: 8, evaluations: 8 * 14 });
  });

  it.each(covering([1, 3, 7], [3]))(
    'resumed after %i generations ends bit for bit like an uninterrupted run',
    async (stopAfter) => {
      const [whole, parts] = [new MemoryStorage(), new MemoryStorage()];
      await runIn(whole, settings);
      expect(await runIn(parts, settings, { stopAfter })).toMatchObject({
        complete: false,
        generations: stopAfter,
      });
      await runIn(parts, settings, { resume: true });
      expect(outcome(parts)).toEqual(outcome(whole));
      const lines = (storage: MemoryStorage) =>
        new TextDecoder().decode(storage.files.get('progress.jsonl')).trim().split('\n');
      const withoutTime = (line: string) => ({
        ...(JSON.parse(line) as object),
        seconds: 0,
        checksum: '',
      });
      expect(lines(parts).map(withoutTime)).toEqual(lines(whole).map(withoutTime));
    },
  );

  it('never lets a cell fall, and confidence rises', async () => {
    const storage = new MemoryStorage();
    await runIn(storage, settings);
    const rows = new TextDecoder().decode(storage.files.get('progress.jsonl')).trim().split('\n');
    const confidences = rows.map((row) => (JSON.parse(row) as { confidences: number[] }).confidences);
    for (let row = 1; row < confidences.length; row++) {
      for (const [cell, value] of confidences[row]!.entries())
        // Elites are compared by log-odds, beside which a confidence is rounded.
        expect(value).toBeGreaterThanOrEqual(confidences[row - 1]![cell]! - 1e-6);
    }
    expect(confidences.at(-1)!.some((value, cell) => value > confidences[0]![cell]!)).toBe(true);
  });

  it.each([1, 5])('works with a population of %i and a few classes', async (population) => {
    const storage = new MemoryStorage();
    const summary = await runIn(storage, { ...settings, population, classes: [3, 8] });
    expect(summary.evaluations).toBe(8 * population);
    expect(Object.keys(outcome(storage))).toEqual(['archive.json', 'images/0003.png', 'images/0008.png']);
  });
});

describe('resuming', () => {
  it('refuses a checkpoint of another model', async () => {
    const storage = new MemoryStorage();
    await runIn(storage, base, { stopAfter: 2 });
    const path = 'checkpoint/state.json';
    await editState(storage, path, (state) => ({ ...state, model: 'f'.repeat(64) }));
    await expect(runIn(storage, base, { resume: true })).rejects.toThrow(/another model/);
  });
});

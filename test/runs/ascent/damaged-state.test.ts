/** What becomes of an ascent whose files were damaged while it was stopped. */
import { beforeAll, describe, expect, test } from 'vitest';
import { statePath } from '../../../src/runs/ascent/checkpoint.ts';
import { ascentSettingsSchema } from '../../../src/runs/ascent/settings-schema.ts';
import { CheckpointError } from '../../../src/runs/evolution/checkpoint.ts';
import { previousOf } from '../../../src/storage/generations.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { copyOf, textOf } from '../evolution/failing-storage.ts';
import { ascentOutcome, tinyAscent, tinyAscentSettings } from '../../ascent/tiny-ascent.ts';

describe('an ascent', () => {
  const [whole, stopped] = [new MemoryStorage(), new MemoryStorage()];
  beforeAll(async () => {
    await tinyAscent({ storage: whole, hooks: { submissionTime: 0 } });
    let asked = 0;
    await tinyAscent({ storage: stopped, hooks: { submissionTime: 0, shouldStop: () => ++asked > 5 } });
  });

  const newestTensors = (storage: MemoryStorage) =>
    (JSON.parse(textOf(storage, statePath)) as { tensors: { file: string } }).tensors.file;

  test.each<[string, (storage: MemoryStorage) => Promise<void>]>([
    [
      'is damaged',
      (storage) => storage.write(statePath, textOf(storage, statePath).replace('"trial":0', '"trial":1')),
    ],
    ['is gone', (storage) => storage.remove(statePath)],
    ['is no JSON', (storage) => storage.write(statePath, '{"format":2,')],
  ])('whose newer state %s goes on from the one before, to the same images', async (what, damage) => {
    const storage = copyOf(stopped.files);
    expect(storage.files.has(previousOf(statePath))).toBe(true);
    await damage(storage);
    const warnings: string[] = [];
    await tinyAscent({ storage, resume: true, onResumeWarning: (text) => warnings.push(text) });
    expect(ascentOutcome(storage)).toEqual(ascentOutcome(whole));
    expect(warnings).toEqual(
      what === 'is gone'
        ? []
        : [
            expect.stringMatching(
              /^checkpoint\/ascent\.json .*: the run goes on from the checkpoint before it$/,
            ),
          ],
    );
  });

  test.each<[string, (storage: MemoryStorage) => Promise<void>, RegExp]>([
    [
      'whose states are both gone',
      async (storage) => {
        for (const path of [statePath, previousOf(statePath)]) await storage.remove(path);
      },
      /ascent\.json is gone, and the ascent had got further/,
    ],
    [
      'whose states are both damaged',
      async (storage) => {
        for (const path of [statePath, previousOf(statePath)]) await storage.write(path, '[]');
      },
      /ascent\.json/,
    ],
    [
      'whose tensors are altered',
      async (storage) => {
        const file = newestTensors(storage);
        const bytes = Uint8Array.from(storage.files.get(file)!);
        bytes[100]! ^= 4;
        await storage.write(file, bytes);
      },
      /\.bin is not what was written/,
    ],
  ])('%s is not begun anew in silence', async (_, damage, message) => {
    const storage = copyOf(stopped.files);
    await damage(storage);
    const resuming = tinyAscent({ storage, resume: true });
    await expect(resuming).rejects.toThrow(CheckpointError);
    await expect(resuming).rejects.toThrow(message);
  });
});

test('records of strangers ask for no work without an end', () => {
  const cppn = { kind: 'cppn', coordinates: 'pixels' } as const;
  const settings = (mutations: number) => ({
    ...tinyAscentSettings,
    parametrisation: { ...cppn, mutations },
  });
  expect(ascentSettingsSchema.safeParse(settings(10_000)).success).toBe(true);
  expect(ascentSettingsSchema.safeParse(settings(1e12)).success).toBe(false);
  expect(ascentSettingsSchema.safeParse({ ...tinyAscentSettings, batch: 2 ** 40 }).success).toBe(false);
});

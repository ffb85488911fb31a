import { expect, onTestFinished, test } from 'vitest';
import type { RunRecord } from '../../../src/runs/evolution/records.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { openTestGpu } from '../../gpu.ts';
import { outcomeOf, tinyRun } from '../../evolution/tiny-run.ts';

const recordOf = ({ files }: MemoryStorage) =>
  JSON.parse(new TextDecoder().decode(files.get('run.json'))) as RunRecord;

/** Prefers variants of other adapters, which the cost models do not. */
async function tuneOtherwise({ choices = {} }: RunRecord): Promise<void> {
  const gpu = await openTestGpu();
  const others: Record<string, string> = { 'conv2d-max-pool': 'staged32x8', matmul: 'tile8x4' };
  gpu.tuning = {
    variantFor: (shape) => (shape in choices ? others[shape.split(' ')[0] ?? ''] : undefined),
  };
  onTestFinished(() => {
    gpu.tuning = undefined;
  });
}

test('a run that is resumed after another tuning ends bit for bit as it would have', async () => {
  const [whole, parts, tuned] = [new MemoryStorage(), new MemoryStorage(), new MemoryStorage()];
  await tinyRun({ storage: whole });
  await tinyRun({ storage: parts, hooks: { shouldStop: () => true } });
  const before = recordOf(parts);
  expect(Object.keys(before.choices ?? {})).toEqual([
    expect.stringMatching(/^conv2d-max-pool batch=16 /),
    expect.stringMatching(/^matmul columns=16 /),
  ]);
  await tuneOtherwise(before);
  await tinyRun({ storage: tuned });
  expect(recordOf(tuned).variants).toMatchObject({
    'conv1 forward, pool1': 'conv2d-max-pool/staged32x8',
    'ip1 forward': 'matmul/tile8x4',
  });
  await tinyRun({ storage: parts, resume: true });
  expect(recordOf(parts).variants).toEqual(before.variants);
  expect(outcomeOf(parts)).toEqual(outcomeOf(whole));
});

test('a run whose kernels cannot be had again is refused, and left as it is', async () => {
  const storage = new MemoryStorage();
  await tinyRun({ storage, hooks: { shouldStop: () => true } });
  const { choices = {}, variants, ...rest } = recordOf(storage);
  expect(rest).toHaveProperty('checksum');
  const gone = { ...choices, [Object.keys(choices)[0] ?? '']: 'gone8x8' };
  const record = {
    ...rest,
    choices: gone,
    variants: { ...variants, 'conv1 forward, pool1': 'conv2d-max-pool/gone8x8' },
  };
  await storage.write('run.json', JSON.stringify({ ...record, checksum: undefined }));
  const before = new Map(storage.files);
  await expect(tinyRun({ storage, resume: true })).rejects.toThrow(
    /^run\.json has conv2d-max-pool\/gone8x8 for conv1 forward, pool1, here it is conv2d-max-pool\/.*start a new run$/,
  );
  expect(storage.files).toEqual(before);
});

import { expect, test } from 'vitest';
import { checkpointPath } from '../../../src/runs/evolution/checkpoint.ts';
import { MemoryStorage } from '../../../src/storage/storage.ts';
import { outcomeOf, tinyRun, tinySettings } from '../../evolution/tiny-run.ts';

/** A clock that only generations (100 ms) and writes move, and what the storage saw of it. */
class TimedStorage extends MemoryStorage {
  clock = 0;
  spent = 0;
  readonly checkpoints: number[] = [];

  constructor(private readonly writeMilliseconds: number) {
    super();
  }

  override async write(path: string, content: Uint8Array | string): Promise<void> {
    await super.write(path, content);
    this.clock += this.writeMilliseconds;
    this.spent += this.writeMilliseconds;
    if (path === checkpointPath) this.checkpoints.push(this.clock);
  }
}

const settings = { ...tinySettings, generations: 60 };

async function timedRun(
  writeMilliseconds: number,
  hooks: { checkpointEvery: number; savingShare?: number },
): Promise<TimedStorage> {
  const storage = new TimedStorage(writeMilliseconds);
  const onGeneration = () => void (storage.clock += 100);
  await tinyRun({ storage, settings, hooks: { now: () => storage.clock, onGeneration, ...hooks } });
  return storage;
}

const everything = await timedRun(20, { checkpointEvery: 0, savingShare: 1 });

test('every generation is saved where saving may take all the time', () => {
  expect(everything.checkpoints).toHaveLength(60);
});

test.each([0.5, 0.1, 0.02])('saving takes no more than a share of %d of the time', async (savingShare) => {
  const storage = await timedRun(60, { checkpointEvery: 0, savingShare });
  // The last save is made at the end, however soon after another it comes, with five pictures and the summary.
  const last = 60 * 10;
  expect(storage.spent - last).toBeLessThanOrEqual(savingShare * storage.clock + last);
  expect(storage.checkpoints.length).toBeGreaterThan(1);
  expect(storage.checkpoints.length).toBeLessThan(60);
  expect(outcomeOf(storage)).toEqual(outcomeOf(everything));
});

test('the interval stays as it is where saving is quick', async () => {
  const storage = await timedRun(0, { checkpointEvery: 1000, savingShare: 0.1 });
  expect(storage.checkpoints).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
});

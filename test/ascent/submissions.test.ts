/** How often an ascent goes to the device and waits for it. */
import { expect, test, vi } from 'vitest';
import { Optimiser } from '../../src/ascent/optimiser/optimiser.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';
import { tinyAscent, tinyAscentSettings } from './tiny-ascent.ts';

test('many iterations are one submission with one read-back, as long as nobody looks in between', async () => {
  const gpu = await openTestGpu();
  const submit = vi.spyOn(gpu.device.queue, 'submit');
  const mapped = vi.spyOn(gpu, 'mapped');
  const climb = vi.spyOn(Optimiser.prototype, 'climb');
  const settings = { ...tinyAscentSettings, steps: 84 };
  const hooks = { submissionTime: 1e9, checkpointEvery: 1e9 };
  await tinyAscent({ storage: new MemoryStorage(), settings, hooks, gpu });
  vi.restoreAllMocks();
  // Pictures are looked at after the iterations 0, 1, 2, 4, 8, … and the last one, which is the 84th; then comes a second batch.
  const ofBatch = [1, 1, 1, 2, 4, 8, 16, 32, 20];
  expect(climb.mock.calls.map(([, count]) => count)).toEqual([...ofBatch, ...ofBatch]);
  // Until the read-back is waited for, there is one submission.
  for (const begun of climb.mock.invocationCallOrder) {
    const waited = mapped.mock.invocationCallOrder.find((order) => order > begun) ?? 0;
    const between = submit.mock.invocationCallOrder.filter((order) => order > begun && order < waited);
    expect(between).toHaveLength(1);
  }
});

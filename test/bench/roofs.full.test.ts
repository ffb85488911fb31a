import { expect, test } from 'vitest';
import { measurePeaks } from '../../bench/roofs/peaks.ts';
import { noMonitor } from '../../bench/sampling/machine-load.ts';
import { openTestGpu } from '../gpu.ts';

test('the roofs of the test adapter are finite and above nothing', async () => {
  const peaks = await measurePeaks(await openTestGpu(), noMonitor);
  for (const value of [peaks.gflops, peaks.gbps, peaks.launchMs]) {
    expect(value).toBeGreaterThan(0);
    expect(value).toBeLessThan(Infinity);
  }
  expect(peaks.copiedBytes).toBeGreaterThanOrEqual(2 ** 27);
});

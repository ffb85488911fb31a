/** Devices that are opened and closed leave nothing behind. */
import { expect, test } from 'vitest';
import { openGpu } from '../../src/node/adapter.ts';
import { full } from '../support/full.ts';

const adapter = process.env['FOOL_ADAPTER'] ?? 'swiftshader';

async function openedAndClosed(): Promise<void> {
  using gpu = await openGpu(adapter);
  const buffer = gpu.bufferFrom('values', Float32Array.of(1, 2, 3));
  expect(gpu.memory).toEqual({ buffers: 1, bytes: 16 });
  expect([...new Float32Array(await gpu.read(buffer, 12))]).toEqual([1, 2, 3]);
  // The buffer goes with its device.
  gpu.close();
  expect(gpu.memory).toEqual({ buffers: 0, bytes: 0 });
}

test('a device is opened and closed again and again', async () => {
  const rounds = full ? 100 : 24;
  for (let round = 0; round < rounds / 5; round++) await openedAndClosed();
  const before = process.memoryUsage.rss();
  for (let round = rounds / 5; round < rounds; round++) await openedAndClosed();
  expect((process.memoryUsage.rss() - before) / 2 ** 20, 'MiB').toBeLessThan(200);
});

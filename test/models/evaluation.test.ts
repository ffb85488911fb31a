import { expect, test } from 'vitest';
import { confidencesOf } from '../../src/models/evaluation.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';

test('more pictures than the device holds at once are judged in turns', async () => {
  const gpu = await openTestGpu();
  const model = tinyModel([3, 256, 256], 4, [3, 8, 8]);
  const picture = 3 * 256 * 256;
  const count = 345; // 64 MiB hold 341
  const images = new Uint8Array(count * picture);
  for (let index = 0; index < images.length; index++) images[index] = (index * 2_654_435_761) >>> 13;
  const rows = await confidencesOf(gpu, model, images, count);
  expect(rows).toHaveLength(count);
  for (const first of [0, 339, 341]) {
    const some = images.slice(first * picture, (first + 4) * picture);
    const alone = await confidencesOf(gpu, model, some, 4);
    for (const [index, row] of alone.entries())
      for (const [number, value] of row.entries()) expect(rows[first + index]![number]).toBeCloseTo(value, 6);
  }
});

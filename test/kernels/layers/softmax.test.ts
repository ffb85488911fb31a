import { describe, expect, test } from 'vitest';
import { confidence } from '../../../src/kernels/layers/softmax.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';
import { logOddsOfViews } from '../../../src/kernels/layers/softmax.cases.ts';
import { full } from '../../support/full.ts';

/** Logits [classes, images · views] up to ±200, of which some views of an image name another class than the others. */
function sharpLogits(classes: number, batch: number, spread: number): Float32Array<ArrayBuffer> {
  return randomValues(classes * batch, classes + batch).map((value) => spread * value);
}

describe.each([10, 1000, 2])('log-odds of %i classes', (classes) => {
  test.each(
    [1, 10].flatMap((views) =>
      (full || classes < 1000 ? [1, 20, 200] : [200]).map((spread) => [views, spread] as const),
    ),
  )('%i views, logits up to ±%i', async (views, spread) => {
    const gpu = await openTestGpu();
    const images = 6;
    const batch = Math.ceil((images * views) / 4) * 4;
    const logits = sharpLogits(classes, batch, spread);
    // All views of the first image agree, by far; of the second all but one.
    for (let view = 0; view < views; view++) {
      logits[batch + view] = 1.25 * spread;
      logits[(view === 0 ? 0 : batch) + views + view] = 1.25 * spread;
    }
    const result = await runKernel(gpu, confidence({ classes, batch, images, views, allImages: images }), {
      logits,
      result: unwrittenFloats(classes * images),
      first: new Uint32Array(4),
      log_odds: unwrittenFloats(classes * images),
    });
    const [confidences, logOdds] = [new Float32Array(result.result!), new Float32Array(result.log_odds!)];
    for (let image = 0; image < images; image++) {
      const seen = Array.from({ length: views }, (_, view) =>
        Array.from({ length: classes }, (__, number) => logits[number * batch + image * views + view]!),
      );
      const found = Array.from({ length: classes }, (_, number) => logOdds[number * images + image]!);
      const expected = logOddsOfViews(seen);
      expectClose(found, expected, { atol: 2e-5, rtol: 1e-6 });
      expectClose(
        Array.from({ length: classes }, (_, number) => confidences[number * images + image]!),
        expected.map((odds) => 1 / (1 + Math.exp(-odds))),
        { atol: 1e-6, rtol: 2e-5 },
      );
    }
  });
});

test('more views than are averaged are refused', () => {
  expect(() => confidence({ classes: 2, batch: 12, images: 1, views: 11, allImages: 1 })).toThrow(/11 views/);
});

test('logits of hundreds stay finite', async () => {
  const gpu = await openTestGpu();
  const shape = { classes: 2, batch: 4, images: 4, views: 1, allImages: 4 };
  const result = await runKernel(gpu, confidence(shape), {
    logits: Float32Array.of(900, -900, 3e38, 0, -900, 900, -3e38, 0),
    result: unwrittenFloats(8),
    first: new Uint32Array(4),
    log_odds: unwrittenFloats(8),
  });
  expectClose(new Float32Array(result.result!), [1, 0, 1, 0.5, 0, 1, 0, 0.5], { atol: 1e-6, rtol: 0 });
  const most = Math.fround(3e38);
  expectClose(new Float32Array(result.log_odds!), [1800, -1800, most, 0, -1800, 1800, -most, 0]);
});

test('the only class has the largest log-odds', async () => {
  const gpu = await openTestGpu();
  const result = await runKernel(
    gpu,
    confidence({ classes: 1, batch: 4, images: 4, views: 1, allImages: 4 }),
    {
      logits: Float32Array.of(900, -900, 0, 1),
      result: unwrittenFloats(4),
      first: new Uint32Array(4),
      log_odds: unwrittenFloats(4),
    },
  );
  expect([...new Float32Array(result.result!)]).toEqual([1, 1, 1, 1]);
  expect(new Float32Array(result.log_odds!)).toEqual(new Float32Array(4).fill(3e38));
});

import { describe, expect, test } from 'vitest';
import { confidence, crossEntropy } from '../../../src/kernels/layers/softmax.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';
import { logOddsOfViews } from '../ascent/reference-odds.ts';
import { full } from '../../support/full.ts';

/** Of one slot of logits [classes, pitch], in doubles. */
function softmax(logits: Float32Array, classes: number, pitch: number, slot: number): number[] {
  const column = Array.from({ length: classes }, (_, category) => logits[category * pitch + slot]!);
  const most = Math.max(...column);
  const powers = column.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

test.each([
  ['ten classes, one view', { classes: 10, batch: 40, images: 37, views: 1, allImages: 37, first: 0 }],
  ['one class', { classes: 1, batch: 4, images: 1, views: 1, allImages: 1, first: 0 }],
  ['ten views averaged', { classes: 7, batch: 32, images: 3, views: 10, allImages: 5, first: 2 }],
  ['a last turn that is not full', { classes: 5, batch: 8, images: 8, views: 1, allImages: 11, first: 8 }],
  ['a thousand classes', { classes: 1000, batch: 8, images: 6, views: 1, allImages: 6, first: 0 }],
])('confidences: %s', async (_, { first, ...shape }) => {
  const gpu = await openTestGpu();
  const { classes, batch, images, views, allImages } = shape;
  const logits = randomValues(classes * batch, 1).map((value) => 30 * value);
  const result = await runKernel(gpu, confidence(shape), {
    logits,
    result: new Float32Array(classes * allImages).fill(-1),
    first: Uint32Array.of(first, 0, 0, 0),
    log_odds: unwrittenFloats(classes * allImages),
  });
  const expected = new Float64Array(classes * allImages).fill(-1);
  for (let image = 0; image < images && first + image < allImages; image++) {
    for (let category = 0; category < classes; category++) {
      const shares = Array.from(
        { length: views },
        (__, view) => softmax(logits, classes, batch, image * views + view)[category]!,
      );
      expected[category * allImages + first + image] = shares.reduce((sum, share) => sum + share, 0) / views;
    }
  }
  expectClose(new Float32Array(result.result!), expected, { atol: 1e-7, rtol: 2e-5 });
});

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

test('cross-entropy and its gradient; slots that hold no image count for nothing', async () => {
  const gpu = await openTestGpu();
  const [classes, batch, count] = [10, 40, 37];
  const logits = randomValues(classes * batch, 2).map((value) => 8 * value);
  const targets = Uint32Array.from({ length: batch }, (_, slot) => (slot * 7) % classes);
  const result = await runKernel(gpu, crossEntropy(classes, batch, count), {
    logits,
    result: unwrittenFloats(classes * batch),
    targets,
    loss: unwrittenFloats(batch),
  });
  const loss = new Float64Array(batch);
  const gradient = new Float64Array(classes * batch);
  for (let slot = 0; slot < count; slot++) {
    const shares = softmax(logits, classes, batch, slot);
    loss[slot] = -Math.log(shares[targets[slot]!]!);
    for (const [category, share] of shares.entries()) {
      gradient[category * batch + slot] = (share - (category === targets[slot] ? 1 : 0)) / count;
    }
  }
  expectClose(new Float32Array(result.loss!), loss);
  expectClose(new Float32Array(result.result!), gradient, { atol: 1e-7, rtol: 1e-4 });
  expect([...new Float32Array(result.loss!).subarray(count)]).toEqual([0, 0, 0]);
});

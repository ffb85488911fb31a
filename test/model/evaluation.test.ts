import { describe, expect, it } from 'vitest';
import { confidencesOf, evaluateAccuracy, evaluateBatches, rankOf } from '../../src/model/evaluation.ts';
import { createJudge, imagesAtATime, type Judge } from '../../src/model/judge.ts';
import { loadMnist } from '../../src/node/mnist-files.ts';
import { loadModel } from '../../src/node/model-file.ts';
import { openTestGpu } from '../gpu.ts';

const { model } = await loadModel('lenet-mnist');
const test = await loadMnist('test');
const images = (from: number, to: number) => Uint8Array.from(test.images.subarray(from * 784, to * 784));

describe('the rank of a class', () => {
  it('counts those that are likelier; of equals the first comes first', () => {
    const values = Float32Array.of(0.1, 0.4, 0.4, 0.05);
    expect([0, 1, 2, 3].map((index) => rankOf(values, index))).toEqual([2, 0, 1, 3]);
  });

  it('is last where the confidence is no number, so that a broken network is never right', () => {
    expect(rankOf(Float32Array.of(NaN, NaN), 0)).toBe(2);
    expect(rankOf(Float32Array.of(NaN, 0.5), 1)).toBe(0);
  });
});

describe('accuracy over batches', () => {
  /** Says of an image what its bytes are: [image][class]. */
  const echo: Judge = {
    model,
    images: 2,
    destroy: () => undefined,
    [Symbol.dispose]: () => undefined,
    judge: (bytes, count) =>
      Promise.resolve(
        Array.from({ length: count }, (_, image) =>
          Float32Array.from(bytes.subarray(7 * image, 7 * image + 7)),
        ),
      ),
  };

  it('sums the first and the first five', async () => {
    const batches = [
      { images: Uint8Array.of(9, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7), targets: [0, 2] },
      { images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7), targets: Uint8Array.of(1) },
    ];
    expect(await evaluateBatches(echo, batches)).toEqual({
      images: 3,
      correct: 1,
      accuracy: 1 / 3,
      top5: 2 / 3,
      byClass: [
        { class: 0, images: 1, correct: 1 },
        { class: 1, images: 1, correct: 0 },
        { class: 2, images: 1, correct: 0 },
      ],
    });
  });
});

describe('how many images at a time', () => {
  const withSide = (side: number) => ({
    ...model,
    preprocessing: { ...model.preprocessing, image: [3, side, side] as const },
  });

  it('is as many as fit, in batches of nearly equal size', () => {
    expect(imagesAtATime(model, 10_000)).toBe(10_000);
    expect(imagesAtATime(model, 65, 64)).toBe(33);
    expect(imagesAtATime(model, 64, 64)).toBe(64);
    expect(imagesAtATime(model, 1, 64)).toBe(1);
    expect(imagesAtATime(withSide(256), 1000)).toBe(334);
    expect(imagesAtATime(withSide(4096), 3)).toBe(1);
  });
});

describe('a judge', () => {
  it('gives the same confidences in several calls as at once', async () => {
    const gpu = await openTestGpu();
    const whole = await confidencesOf(gpu, model, images(0, 10), 10);
    const judge = await createJudge(gpu, model, 4);
    const parts = [
      ...(await judge.judge(images(0, 4), 4)),
      ...(await judge.judge(images(4, 8), 4)),
      ...(await judge.judge(images(8, 10), 2)),
    ];
    expect(parts).toHaveLength(10);
    parts.forEach((row, image) => {
      row.forEach((value, number) => {
        expect(Math.abs(value - whole[image]![number]!)).toBeLessThan(1e-5);
      });
    });
    await expect(judge.judge(images(0, 5), 5)).rejects.toThrow('5 images for a judge of 4 at a time');
  });

  it('finds most of the first 100 digits right at once, and nearly all among five', async () => {
    const part = { ...test, count: 100, images: images(0, 100), targets: test.targets.subarray(0, 100) };
    const result = await evaluateAccuracy(await openTestGpu(), model, part);
    expect(result.images).toBe(100);
    expect(result.correct).toBeGreaterThanOrEqual(97);
    expect(result.accuracy).toBe(result.correct / 100);
    expect(result.top5).toBeGreaterThanOrEqual(result.accuracy);
  });
});

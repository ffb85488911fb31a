import { expect, test } from 'vitest';
import {
  differentiateObjective,
  judgeObjective,
  noClassWatched,
} from '../../../src/kernels/ascent/objective.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';
import { logOddsOfViews } from '../../../src/kernels/layers/softmax.cases.ts';
import { objectiveReference } from '../../../src/kernels/ascent/objective.cases.ts';

interface Weights {
  readonly probability: number[];
  readonly logit: number[];
  readonly logarithm: number[];
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** By definition, in doubles. */
function valueOf(logits: readonly number[], { probability, logit, logarithm }: Weights): number {
  const shares = softmax(logits);
  return shares.reduce(
    (sum, share, k) =>
      sum + probability[k]! * share + logit[k]! * logits[k]! + logarithm[k]! * Math.log(share),
    0,
  );
}

function central(logits: readonly number[], weights: Weights): number[] {
  return logits.map((_, k) => {
    const moved = (by: number) =>
      valueOf(
        logits.map((logit, j) => logit + (j === k ? by : 0)),
        weights,
      );
    return (moved(1e-5) - moved(-1e-5)) / 2e-5;
  });
}

/** Images side by side, each with weights of its own. */
function operands(classes: number, batch: number, spread: number) {
  const logits = randomValues(classes * batch, 1).map((value) => spread * value);
  const weights = randomValues(3 * classes * batch, 2);
  const watched = Uint32Array.from({ length: batch }, (_, image) =>
    image % 3 === 2 ? noClassWatched : (image * 5) % classes,
  );
  const column = (rows: Float32Array, first: number, image: number) =>
    Array.from({ length: classes }, (_, k) => rows[(first + k) * batch + image]!);
  const images = Array.from({ length: batch }, (_, image) => ({
    logits: column(logits, 0, image),
    weights: {
      probability: column(weights, 0, image),
      logit: column(weights, classes, image),
      logarithm: column(weights, 2 * classes, image),
    },
  }));
  return { logits, weights, watched, images };
}

test.each([10, 3, 1])('the reference’s gradient agrees with central differences: %i classes', (classes) => {
  const batch = 4;
  const { logits, weights, watched, images } = operands(classes, batch, 4);
  const all: Record<string, ArrayLike<number>> = { logits, weights, watched };
  const { constants } = differentiateObjective({ classes, batch, rescale: false }).kernel;
  const gradientAt = objectiveReference.differentiate.results.gradient({
    constants,
    values: (name) => (index) => all[name]![index]!,
    length: (name) => all[name]!.length,
  });
  for (const [image, one] of images.entries()) {
    const found = one.logits.map((_, k) => gradientAt(k * batch + image));
    expectClose(found, central(one.logits, one.weights), { atol: 1e-7, rtol: 1e-7 });
  }
});

test.each([10, 1000])('log-odds of logits up to ±200 among %i classes', async (classes) => {
  const gpu = await openTestGpu();
  const batch = 12;
  const { logits, weights, watched, images } = operands(classes, batch, 200);
  for (const [image, one] of images.entries()) {
    // The watched class leads by far in every second image.
    if (image % 2 === 1 || watched[image] === noClassWatched) continue;
    one.logits[watched[image]!] = 250;
    logits[watched[image]! * batch + image] = 250;
  }
  const result = await runKernel(gpu, judgeObjective({ classes, batch, rescale: true }), {
    logits,
    weights,
    watched,
    outcome: unwrittenFloats(5 * batch),
  });
  const expected = images.map((one, image) => {
    const likeliest = one.logits.indexOf(Math.max(...one.logits));
    return logOddsOfViews([one.logits])[watched[image] === noClassWatched ? likeliest : watched[image]!]!;
  });
  expectClose(new Float32Array(result.outcome!).slice(4 * batch), expected, { atol: 2e-5, rtol: 1e-6 });
});

test('the gradient of a probability of 1e-30 is not lost', async () => {
  const gpu = await openTestGpu();
  const [classes, batch] = [2, 4];
  const logits = Float32Array.of(69, 0, 0, 0, 0, 0, 0, 0);
  const weights = new Float32Array(3 * classes * batch);
  weights[batch] = 1; // the probability of class 1 in image 0
  const result = await runKernel(gpu, differentiateObjective({ classes, batch, rescale: true }), {
    logits,
    weights,
    watched: new Uint32Array(batch),
    outcome: unwrittenFloats(5 * batch),
    gradient: unwrittenFloats(classes * batch),
  });
  const scale = new Float32Array(result.outcome!)[3 * batch]!;
  const gradient = new Float32Array(result.gradient!);
  expect(gradient[batch]!).toBeGreaterThanOrEqual(1);
  expect(gradient[batch]!).toBeLessThan(2);
  expectClose([(gradient[batch]! * scale) / Math.exp(-69)], [1], { atol: 1e-3, rtol: 0 });
});

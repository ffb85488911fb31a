import { describe, expect, it } from 'vitest';
import type { ImageDataset } from '../../src/datasets/dataset.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { lenetDescent, preprocessingFor, rateAt, train } from '../../src/model/training/training.ts';
import { epochOrder, initialWeights } from '../../src/network/trainer.ts';
import { openTestGpu } from '../gpu.ts';
import { expectSame } from '../kernels/numbers.ts';

/** Images of class c are bright in row 2c + 4 and dark elsewhere, but for noise: learnt within a few steps. */
function stripes(count: number): ImageDataset {
  const targets = Uint8Array.from({ length: count }, (_, image) => image % 10);
  const images = Uint8Array.from({ length: count * 784 }, (_, index) => {
    const row = Math.floor((index % 784) / 28);
    const noise = (index * 2_654_435_761) % 31;
    return row === 2 * targets[Math.floor(index / 784)]! + 4 ? 255 - noise : noise;
  });
  const labels = Array.from({ length: 10 }, (_, digit) => String(digit));
  return { name: 'stripes', classes: 10, labels, images, targets, count, shape: [1, 28, 28] };
}

describe('training', () => {
  const losses: number[] = [];

  async function trained(
    seed: number,
    images: number,
  ): Promise<ReadonlyMap<string, { readonly data: Float32Array }>> {
    const gpu = await openTestGpu();
    const data = stripes(images);
    losses.length = 0;
    const { model } = await train(gpu, lenet(), data, preprocessingFor(data, 1 / 256), {
      epochs: 1,
      seed,
      descent: { ...lenetDescent, batch: 16, rate: 0.02 },
      stepsPerReport: 1,
      onProgress: ({ loss }) => losses.push(loss),
    });
    return model.weights;
  }

  it('learns, and gives the same bits for the same seed, others for another', async () => {
    await trained(1, 192);
    expect(losses).toHaveLength(12);
    expect(losses[0]).toBeGreaterThan(1.5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    const first = await trained(1, 48);
    const again = await trained(1, 48);
    const other = await trained(2, 48);
    for (const [name, { data: weights }] of first) {
      expectSame(again.get(name)!.data, weights);
      expect(other.get(name)!.data.some((value, index) => value !== weights[index])).toBe(true);
    }
  });

  it('shows every image once an epoch, in another order every time', () => {
    const orders = [0, 1].map((epoch) => epochOrder(1000, 7, epoch));
    for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
    expect(orders[0]).not.toEqual(orders[1]);
    expect(epochOrder(1000, 7, 1)).toEqual(orders[1]);
  });

  it('starts from weights within Caffe’s xavier bounds, and ends at a rate of zero', () => {
    const { data: weights } = initialWeights(lenet(), 3).get('conv2.weight')!;
    const reach = Math.sqrt(3 / (20 * 25));
    expect(weights.every((weight) => Math.abs(weight) <= reach)).toBe(true);
    const variance = weights.reduce((sum, weight) => sum + weight * weight, 0) / weights.length;
    expect(variance).toBeCloseTo(1 / (20 * 25), 4);
    expect([0, 50, 100].map((step) => rateAt(step, 100, 0.01))).toEqual([0.01, expect.closeTo(0.005), 0]);
  });
});

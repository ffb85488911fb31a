/** What is taken by itself on a GPU, against what an H100 measured of all variants (bench/results/nvidia-h100.json). */
import { describe, expect, test } from 'vitest';
import { kernelCases, variantOf } from '../../../bench/kernels/kernel-cases.ts';
import { readResults } from '../../../bench/report/results-file.ts';
import type { Gpu } from '../../../src/gpu/device.ts';
import { noChoices, type Tuning } from '../../../src/gpu/tuning.ts';
import { matmul } from '../../../src/kernels/matmul/matmul.ts';

const card = {
  adapter: { kind: 'gpu', name: 'a card' },
  limits: {
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupStorageSize: 49_152,
    maxStorageBufferBindingSize: 2 ** 31 - 4,
  },
  subgroupMinSize: 32,
  has: (feature: GPUFeatureName) => feature !== 'shader-f16',
  refuses: () => false,
};
const rows = readResults('bench/results/nvidia-h100.json').rows.filter((row) => row.kind === 'kernel');

/** Of each shape that several variants were measured at, the time of what is taken as a multiple of the least. */
function timesTheBest(tuning?: Tuning) {
  const gpu = { ...card, tuning, choices: tuning } as unknown as Gpu;
  return kernelCases(gpu).flatMap(({ family, shape, launches }) => {
    // Where a result is stored does not change which variant is fastest.
    const alone = family === 'conv2d-max-pool' ? shape : shape.replace(/, pool\d/, '');
    const measured = rows.filter((row) => row.name === family && row.shape === alone);
    const usual = launches[0] && variantOf(launches[0]);
    const taken = measured.find(({ variant }) => variant === usual);
    // Variants that came after the card was measured have no time to compare.
    if (measured.length < 2 || !taken) return [];
    const best = Math.min(...measured.map(({ medianMs }) => medianMs));
    return [{ shape: `${family} ${shape}: ${usual ?? 'none'}`, ratio: taken.medianMs / best }];
  });
}

describe('on a GPU', () => {
  test.each([
    ['the cost model with the table that comes along takes', undefined, 1.03],
    ['the cost model alone takes', noChoices, 1.1],
  ])('%s what is about the fastest of every shape that was measured', (_, tuning, most) => {
    const found = timesTheBest(tuning);
    expect(found.length).toBeGreaterThan(45);
    expect(found.filter(({ ratio }) => !(ratio <= most))).toEqual([]);
  });

  test('products of few columns go by slices of the depth', () => {
    // LeNet's first dense layer and its gradient, on 64 to 200 images.
    for (const columns of [64, 100, 128, 160, 200])
      for (const [rows, depth] of [
        [500, 800],
        [800, 500],
      ] as const)
        expect(matmul({ rows, columns, depth }, card as unknown as Gpu).choice?.variant).toBe('sliced64x4');
  });
});

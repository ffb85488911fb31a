/** Shapes of the user's own are measured as those of the networks are. */
import { describe, expect, test } from 'vitest';
import { chooseVariants } from '../../bench/kernels/filter-cases.ts';
import { kernelCases, variantOf, type KernelCase } from '../../bench/kernels/kernel-cases.ts';
import { benchKernels, casesToMeasure, type KernelRow } from '../../bench/kernels/kernels.ts';
import { ownCases, ownFamilies } from '../../bench/kernels/own-cases.ts';
import { notations } from '../../bench/kernels/own-shapes.ts';
import { noMonitor } from '../../bench/sampling/machine-load.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { conv2dVariants } from '../../src/kernels/conv2d/conv2d-variants.ts';
import { openTestGpu } from '../gpu.ts';

const all = openTestGpu().then(kernelCases);

const builtIn = async (family: string, shape: string): Promise<KernelCase> =>
  (await all).find((one) => one.family === family && one.shape === shape)!;

test.each([
  ['conv2d', 'LeNet conv2 forward, batch 200', '20x12x12 5x5 out 50 batch 200'],
  ['conv2d', 'AlexNet conv2 forward, relu2, batch 1', '96x27x27 5x5 pad 2 groups 2 out 256 batch 1 relu'],
  [
    'conv2d-input-gradient',
    'AlexNet conv1 input gradient, batch 16',
    '3x227x227 11x11 stride 4 out 96 batch 16',
  ],
  ['conv2d-weight-gradient', 'LeNet conv2 weight gradient, batch 64', '20x12x12 5x5 out 50 batch 64'],
  ['matmul', 'AlexNet fc8 forward, batch 1', '1000x1x4096'],
  ['matmul', 'LeNet ip1 forward, relu1, batch 200', 'rows 500 columns 200 depth 800 relu'],
  ['max-pool', 'AlexNet pool1 forward, batch 16', '96x55x55 3x3 stride 2 batch 16 forward'],
  ['max-pool', 'AlexNet pool5 input gradient, batch 1', '256x13x13 window 3 stride 2 gradient'],
  ['lrn', 'AlexNet norm1 forward, batch 16', '96x27x27 size 5 batch 16 forward'],
  ['lrn', 'AlexNet norm2 input gradient, batch 16', '256x13x13 batch 16 gradient'],
  ['relu', 'LeNet relu1 input gradient, batch 64', '500x1x1 batch 64 gradient'],
  ['winograd', 'AlexNet conv5 forward spread, batch 16', '384x13x13 3x3 pad 1 groups 2 out 256 batch 16'],
])('a layer’s shape of %s gives the case of that layer: %s', async (family, shape, own) => {
  const expected = await builtIn(family, shape);
  const found = ownCases(await openTestGpu(), family, [own]);
  // Of squares there are those of 4 too.
  const same = found.filter((one) => one.launches[0]!.flops > 0 || !one.shape.includes('squares of 4'));
  const [first] = same;
  // Zeros that stand for a bias are those of the whole network there.
  const bias = family === 'conv2d-input-gradient' ? { bias: first!.operands['bias']! } : {};
  expect(first!.operands).toEqual({ ...expected.operands, ...bias });
  expect(first!.launches).toEqual(expected.launches);
  expect(first!.reference).toBe(expected.reference);
});

describe('the usual variant at odd sizes computes what its definition says:', () => {
  const odd: Readonly<Record<string, readonly string[]>> = {
    conv2d: ['6x5x7 3x2 pad 1 stride 2 groups 2 out 10 batch 1,8'],
    'conv2d-input-gradient': ['6x5x7 3x2 pad 1 stride 2 groups 2 out 10 batch 4'],
    'conv2d-weight-gradient': ['6x5x7 3x2 pad 1 stride 2 groups 2 out 10 batch 4'],
    matmul: ['7x1,2,3,9x5'],
    'max-pool': ['3x9x10 3x3 stride 2 batch 1,2,4', '3x9x10 2x2 stride 2 floor batch 4'],
    lrn: ['7x3x5 size 3 alpha 0.5 beta .75 k 2 batch 2'],
    relu: ['3x5x7'],
    winograd: ['6x5x7 3x3 pad 1 groups 2 out 10 batch 4', '5x7x6 5x5 pad 2 out 3'],
  };

  test('each family has some', () => {
    expect(Object.keys(odd).sort()).toEqual([...ownFamilies].sort());
    expect([...ownFamilies].sort()).toEqual(Object.keys(notations).sort());
  });

  test.each(Object.entries(odd))('%s', async (family, texts) => {
    const gpu = await openTestGpu();
    const cases = ownCases(gpu, family, texts).map((one) => ({ ...one, launches: one.launches.slice(0, 1) }));
    const rows: KernelRow[] = [];
    const failures: string[] = [];
    // Roofs that nothing reaches.
    const peaks = { gflops: 1e6, gbps: 1e6, copiedBytes: 2 ** 27, launchMs: 0.05 };
    await benchKernels(
      gpu,
      noMonitor,
      cases,
      peaks,
      { seed: 3, time: 5 },
      {
        show: (row) => rows.push(row),
        failed: (line) => failures.push(line),
        progress: () => undefined,
      },
    );
    expect(failures).toEqual([]);
    expect(rows.map(({ shape }) => shape)).toEqual(cases.map(({ shape }) => shape));
    expect(new Set(rows.map(({ shape }) => shape)).size).toBe(cases.length);
  });
});

test('all variants that the adapter allows are measured, unless one is asked for', async () => {
  const gpu = await openTestGpu();
  const choice = { family: 'conv2d', shapeOf: ['8x9x9 3x3 out 8 batch 4'] };
  const [own] = casesToMeasure(gpu, choice);
  const names = own!.launches.map(variantOf);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toContain('plain');
  expect(names.length).toBeGreaterThan(
    chooseVariants([own!], undefined, gpu.adapter.kind)[0]!.launches.length,
  );
  expect(names.every((name) => conv2dVariants.some((variant) => variant.name === name))).toBe(true);
  const [one] = casesToMeasure(gpu, { ...choice, variant: 'plain' });
  expect(one!.launches.map(variantOf)).toEqual(['plain']);
});

test.each([
  ['conv3d', '8x9x9', /--shape-of is for one of the families conv2d, .*name it by --family/],
  ['conv2d', '2048x512x512 3x3 out 8 batch 64', /an operand takes 131,072 MiB, and this adapter binds/],
  ['max-pool', '3x40x40 17x17 stride 2', /a window of 17 is larger than the image, or than 16/],
  ['max-pool', '3x40x40 3x2 stride 2', /windows are square/],
  ['lrn', '3x4x4 size 4', /size 4 is even/],
  ['winograd', '3x9x9 7x7 out 4', /squares are made of kernels of 3x3 or 5x5 with stride 1/],
])('%s at “%s” is refused', async (family, text, message) => {
  const gpu = await openTestGpu();
  expect(() => ownCases(gpu, family, [text])).toThrow(UsageError);
  expect(() => ownCases(gpu, family, [text])).toThrow(message);
});

/** Kernels are measured only where they compute what they should. */
import { describe, expect, test } from 'vitest';
import { filterCases, type KernelChoice } from '../../bench/kernels/filter-cases.ts';
import { kernelCases, variantOf, type KernelCase } from '../../bench/kernels/kernel-cases.ts';
import { benchKernels, shuffled, type KernelRow } from '../../bench/kernels/kernels.ts';
import type { Peaks } from '../../bench/roofs/peaks.ts';
import { aboveRoof, whyAboveRoof } from '../../bench/roofs/roof-check.ts';
import { expectedElements, placesOf } from '../../bench/kernels/verify.ts';
import { noMonitor } from '../../bench/sampling/machine-load.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import type { Launch } from '../../src/gpu/kernel.ts';
import { openTestGpu } from '../gpu.ts';
import { covering, full } from '../support/full.ts';

/** All cases take seconds to be written out: once for all tests. */
const all = openTestGpu().then(kernelCases);

async function chosen(choice: KernelChoice): Promise<KernelCase[]> {
  const gpu = await openTestGpu();
  return filterCases(await all, choice, gpu.adapter.kind);
}

const peaks = { gflops: 50, gbps: 10, copiedBytes: 2 ** 27, launchMs: 0.05 };
const limits = { seed: 3, time: 30 };

async function measured(cases: readonly KernelCase[], roofs: Peaks = peaks) {
  const gpu = await openTestGpu();
  const rows: KernelRow[] = [];
  const failures: string[] = [];
  const progress: number[] = [];
  // That tests keep the machine busy is no reason to wait.
  await benchKernels(gpu, noMonitor, cases, roofs, limits, {
    show: (row) => rows.push(row),
    failed: (line) => failures.push(line),
    progress: (done) => progress.push(done),
  });
  return { rows, failures, progress };
}

/** One case of each kind, the smallest. */
const small = [
  ['relu', 'LeNet relu1 input gradient, batch 64'],
  ['max-pool', 'AlexNet pool5 forward, batch 1'],
  ['matmul', 'LeNet ip2 forward, batch 64'],
  ['conv2d-weight-gradient', 'LeNet conv1 weight gradient, batch 64'],
] as const;
/** Of the same kinds, but larger, or of kernels that take long to compile. */
const large = [
  ['max-pool', 'AlexNet pool5 input gradient, batch 1'],
  ['lrn', 'AlexNet norm2 input gradient, batch 1'],
  ['matmul', 'AlexNet fc8 forward, batch 1'],
  ['conv2d-input-gradient', 'AlexNet conv5 input gradient, batch 1'],
  ['winograd', 'AlexNet conv5 forward spread, batch 16'],
  ['winograd', 'AlexNet conv5 input gradient gather, batch 16'],
] as const;

test.each(covering([...small, ...large], small))(
  '%s at %s: what is taken by itself computes what its definition says',
  async (family, shape) => {
    const [found] = await chosen({ family, shape });
    const { rows, failures, progress } = await measured([
      { ...found!, launches: found!.launches.slice(0, 1) },
    ]);
    expect(failures).toEqual([]);
    expect(progress).toEqual([1]);
    const [row] = rows;
    expect(row).toMatchObject({ name: family, shape, chosen: true, timer: 'timestamps' });
    expect(row!.medianMs).toBeGreaterThan(0);
    expect(row!.lowMs).toBeLessThanOrEqual(row!.medianMs);
    expect(row!.highMs).toBeGreaterThanOrEqual(row!.medianMs);
    expect(row!.gflops).toBeCloseTo(found!.launches[0]!.flops / row!.medianMs / 1e6, 9);
    // What only moves numbers is held against the copy.
    const share = row!.gflops > 0 ? row!.gflops / Math.min(50, row!.intensity * 10) : row!.gbps / 10;
    expect(row!.ofPeak).toBeCloseTo(share, 9);
  },
);

test.runIf(full)(
  'all variants of a case are measured, each once, in an order that the seed decides',
  async () => {
    const everyOne = await chosen({ family: 'matmul', shape: '64 × 64 × 64', variant: 'all' });
    const cases = everyOne.map((one) => ({ ...one, launches: one.launches.slice(0, full ? undefined : 4) }));
    const total = cases.reduce((sum, { launches }) => sum + launches.length, 0);
    const { rows, failures } = await measured(cases);
    expect(failures).toEqual([]);
    expect(rows).toHaveLength(total);
    const names = cases[0]!.launches.map(variantOf);
    expect(rows.map(({ variant }) => variant).sort()).toEqual([...names].sort());
    expect(rows.map(({ variant }) => variant)).toEqual(shuffled(names, limits.seed));
    expect(shuffled(names, 4)).not.toEqual(shuffled(names, 3));
  },
);

describe('a kernel', () => {
  const unit = 'select(Images(0.0), dy[index], x[index] > Images(0.0))';
  const broken = async (change: (source: string) => string) => {
    const cases = await chosen({ family: 'relu', shape: 'LeNet relu1 input gradient, batch 64' });
    const spoilt = (launch: Launch): Launch => {
      const source = change(launch.kernel.source);
      expect(source).not.toBe(launch.kernel.source);
      return { ...launch, kernel: { ...launch.kernel, source } };
    };
    return measured(cases.map((one) => ({ ...one, launches: one.launches.map(spoilt) })));
  };

  test('that computes something else is not timed', async () => {
    const { rows, failures } = await broken((source) =>
      source.replace(unit, 'select(-abs(dy[index]), dy[index], x[index] > Images(0.0))'),
    );
    expect(rows).toEqual([]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/relu .* wrong before it was timed: element \d+ is -\d.* and should be 0/);
  });

  test('that gives numbers which are not finite is not timed', async () => {
    const { rows, failures } = await broken((source) =>
      source.replace(unit, unit + ' / Images(f32(index > 1000u) * 0.0 + f32(index <= 1000u))'),
    );
    expect(rows).toEqual([]);
    expect(failures[0]).toMatch(/wrong before it was timed: element \d+ is (NaN|Infinity)/);
  });
});

describe('a kernel above a roof', () => {
  const kernel = { gflops: 60, gbps: 5, bytes: 1e6, standsForMore: false };

  test('fails, and its row is kept', async () => {
    const cases = await chosen({ family: 'matmul', shape: '64 × 64 × 64' });
    const low = { ...peaks, gflops: 1e-3 };
    const usual = cases.map((one) => ({ ...one, launches: one.launches.slice(0, 1) }));
    const { rows, failures } = await measured(usual, low);
    expect(rows).toHaveLength(1);
    expect(failures).toHaveLength(1);
    expect(rows[0]).toMatchObject({ aboveRoof: 'doubtful' });
    expect(failures[0]).toMatch(/^matmul \S+, 64 × 64 × 64: [\d.]+ % of the roof of arithmetic: /);
  });

  test('is told by how much', () => {
    expect(aboveRoof(kernel, peaks)).toMatch(/^120\.0 % of the roof of arithmetic/);
    expect(aboveRoof({ ...kernel, gflops: 52 }, peaks)).toBeUndefined();
    const moving = { ...kernel, gflops: 0, gbps: 16, bytes: 2 ** 27 };
    expect(aboveRoof(moving, peaks)).toMatch(/^160\.0 % of the roof of memory/);
  });

  test('has its reason, and is doubted where there is none', () => {
    const why = (ofPeak: number, more: object = {}) => whyAboveRoof(ofPeak, { ...kernel, ...more }, peaks);
    expect(why(1)).toBeUndefined();
    expect(why(1.02, { gflops: 51 })).toBe('doubtful');
    expect(why(1.02, { gflops: 51, standsForMore: true })).toBe('squares');
    expect(why(3, { gflops: 1, gbps: 30 })).toBe('caches');
    expect(why(1.4, { gflops: 1, gbps: 14, bytes: 2 ** 27 })).toBe('reading');
    expect(why(1.6, { gflops: 1, gbps: 16, bytes: 2 ** 27 })).toBe('doubtful');
  });

  test('does not fail for operands that caches hold, nor for reading more than it writes', () => {
    expect(aboveRoof({ ...kernel, gflops: 0, gbps: 100 }, peaks)).toBeUndefined();
    expect(aboveRoof({ ...kernel, gflops: 0, gbps: 15, bytes: 2 ** 27 }, peaks)).toBeUndefined();
  });

  test('does not fail where it counts as the convolution that its products of squares stand for', async () => {
    expect(aboveRoof({ ...kernel, standsForMore: true }, peaks)).toBeUndefined();
    const cases = await all;
    const those = cases.filter(({ standsForMore }) => standsForMore);
    expect(those.map(({ shape }) => shape)).toContain('AlexNet conv3 forward, batch 16');
    // They multiply images of one row, each pixel of a square in a group of its own.
    for (const { family, launches } of cases) {
      const constants = launches[0]!.kernel.constants;
      const isProduct = family === 'conv2d' && (constants['GROUPS'] ?? 1) >= 16;
      if (isProduct) expect(those.map(({ launches: [one] }) => one)).toContain(launches[0]);
    }
    expect(cases.find(({ shape }) => shape === 'AlexNet conv2 forward, relu2, batch 16')?.standsForMore).toBe(
      false,
    );
  });
});

test('the elements that are looked at are the corners and others, within the result', () => {
  for (const length of [1, 2, 63, 10_000]) {
    const places = placesOf(length, 5);
    expect(places).toContain(0);
    expect(places).toContain(length - 1);
    expect(new Set(places).size).toBe(places.length);
    for (const place of places) expect(place >= 0 && place < length).toBe(true);
  }
  const values = expectedElements(
    { constants: {} },
    {
      results: {
        y: (operands) => (index) => (index % 2 === 0 ? operands.values('x')(index) : undefined),
      },
    },
    { values: () => (index) => index, length: () => 100 },
    1,
  );
  for (const [index, value] of values) expect(value).toBe(index);
  expect([...values.keys()].every((index) => index % 2 === 0)).toBe(true);
});

test.each([
  [{ family: 'conv3d' }, /--family conv3d: did you mean conv2d\? There are .*matmul/],
  [{ family: 'relu', shape: 'conv9' }, /--shape conv9 fits no kernel; there are: .*relu1/],
  [{ shape: 'conv2', batch: [7] }, /--shape conv2 with --batch 7 fits no kernel/],
  [{ family: 'conv2d', variant: 'quads20x5' }, /--variant quads20x5: did you mean quads20x4\?/],
])('a choice that fits nothing says what there is: %j', async (choice, message) => {
  await expect(chosen(choice)).rejects.toThrow(UsageError);
  await expect(chosen(choice)).rejects.toThrow(message);
});

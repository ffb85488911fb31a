import { expect, test } from 'vitest';
import type { Launch } from '../../../src/gpu/kernel.ts';
import type { TuningTask } from '../../../src/gpu/tuning.ts';
import { matmul } from '../../../src/kernels/matmul/matmul.ts';
import { tune, winnerOf } from '../../../src/kernels/tuning/tuner.ts';
import { openTestGpu } from '../../gpu.ts';

const shape = { rows: 12, columns: 8, depth: 20 };
const task = (...launches: Launch[]): TuningTask => ({
  shape: 'a shape',
  label: 'a product',
  launches,
  operands: { a: 4 * 240, bias: 4 * 12, b: 4 * 160, c: 4 * 96 },
});
const now = () => performance.now();

test('variants that compute something else, or leave something out, do not win however fast they are', async () => {
  const gpu = await openTestGpu();
  const [usual, right] = [matmul(shape, gpu, 'steps16x4'), matmul(shape, gpu, 'steps12x8')];
  const { kernel } = matmul(shape, gpu, 'steps16x8');
  const wrong = {
    ...matmul(shape, gpu, 'steps16x8'),
    kernel: { ...kernel, constants: { ...kernel.constants, DEPTH: 10 } },
  };
  const less = { ...matmul({ ...shape, rows: 4 }, gpu, 'across256x4') };
  const warnings: string[] = [];
  const [result] = await tune(gpu, [task(usual, wrong, less, right)], {
    now,
    onWarning: (text) => warnings.push(text),
  });
  expect(Object.keys(result!.times)).toEqual(['steps16x4', 'steps12x8']);
  expect(warnings).toEqual([
    expect.stringMatching(/^a product: steps16x8 gives other numbers than steps16x4 and is left out/),
    expect.stringMatching(/^a product: across256x4 gives other numbers than steps16x4 and is left out/),
  ]);
});

test('plain says what is right: a usual variant that computes something else gives way', async () => {
  const gpu = await openTestGpu();
  const [right, plain] = [matmul(shape, gpu, 'steps12x8'), matmul(shape, gpu, 'plain')];
  const { kernel, ...launch } = matmul(shape, gpu, 'steps16x4');
  const wrong = { ...launch, kernel: { ...kernel, constants: { ...kernel.constants, DEPTH: 10 } } };
  const warnings: string[] = [];
  const [result] = await tune(gpu, [task(wrong, right, plain)], {
    now,
    onWarning: (text) => warnings.push(text),
  });
  expect(Object.keys(result!.times)).toEqual(['steps12x8', 'plain']);
  expect(result!.usual).toBe('steps16x4');
  expect(['steps12x8', 'plain']).toContain(result!.variant);
  expect(warnings).toEqual([
    expect.stringMatching(/^a product: steps16x4 gives other numbers than plain and is left out/),
  ]);
});

test('where time is short, a task takes what it has measured, and those for which none is left are not begun', async () => {
  const gpu = await openTestGpu();
  const [usual, other] = [matmul(shape, gpu, 'steps16x4'), matmul(shape, gpu, 'steps12x8')];
  const tasks = [task(usual, other), { ...task(usual, other), shape: 'another shape' }];
  // Time passes only when the clock is read.
  const ticking = (step: number) => {
    let time = 0;
    return { now: () => (time += step), onWarning: expect.unreachable };
  };
  expect(await tune(gpu, tasks, { ...ticking(1), budget: 0 })).toEqual([]);
  const [first, ...rest] = await tune(gpu, tasks, { ...ticking(10), budget: 60 });
  expect(first).toMatchObject({ shape: 'a shape', variant: 'steps16x4', times: { steps16x4: 10 } });
  expect(Object.keys(first!.times)).toEqual(['steps16x4']);
  expect(rest).toEqual([]);
  const both = await tune(gpu, tasks, { ...ticking(1e-3), budget: 1 });
  expect(both.map(({ times }) => Object.keys(times))).toEqual(Array(2).fill(['steps16x4', 'steps12x8']));
});

test('a gain of three per cent or less is noise: the usual variant stays', () => {
  expect(winnerOf('usual', { usual: 100, other: 97 })).toBe('usual');
  expect(winnerOf('usual', { usual: 100, other: 96.9 })).toBe('other');
  expect(winnerOf('usual', { usual: 100, slow: 200, other: 90, third: 90, best: NaN })).toBe('other');
  expect(winnerOf('usual', { usual: 100 })).toBe('usual');
});

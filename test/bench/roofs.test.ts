/** Sizes of what measures the roofs, and how a device is warmed. */
import { describe, expect, test } from 'vitest';
import { fastestOf, growUntilSteady, steadyFrom, type Rated } from '../../bench/roofs/grow.ts';
import { formsOf, gridsOf, inRegisters } from '../../bench/roofs/roof-kernels.ts';
import { warmUp } from '../../bench/sampling/warm-up.ts';

const sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const anyLength = { shortest: 0, longest: Infinity };

/** An adapter that has room for so much at once; more than that takes longer. */
const adapterOf = (room: number) => (size: number) => {
  const ms = Math.ceil(size / room);
  return Promise.resolve<Rated>({ rate: size / ms, ms });
};

describe('sizes grow', () => {
  test('until an adapter is full, and two sizes more', async () => {
    const grown = await growUntilSteady(sizes, adapterOf(16), anyLength);
    expect(grown.map(({ size }) => size)).toEqual([1, 2, 4, 8, 16, 32, 64]);
    expect(fastestOf(grown)).toMatchObject({ rate: 16 });
    expect(steadyFrom(grown)?.size).toBe(16);
  });

  test('no further where the first fills it', async () => {
    const grown = await growUntilSteady(sizes, adapterOf(0.25), anyLength);
    expect(grown.map(({ size }) => size)).toEqual([1, 2, 4]);
    expect(steadyFrom(grown)?.size).toBe(1);
  });

  test('further while a launch is short, no further once it is long', async () => {
    const sizesOf = async (length: typeof anyLength) =>
      (await growUntilSteady(sizes, adapterOf(1), length)).map(({ size }) => size);
    expect(await sizesOf({ shortest: 16, longest: Infinity })).toEqual([1, 2, 4, 8, 16]);
    expect(await sizesOf({ shortest: 0, longest: 2 })).toEqual([1, 2]);
  });

  test('as far as the adapter goes, and a rate that falls again is no roof beyond it', async () => {
    const cache = (size: number) =>
      Promise.resolve(size > 64 ? undefined : { rate: size < 16 ? 100 : 10, ms: 1 });
    const grown = await growUntilSteady(sizes, cache, anyLength);
    expect(grown.map(({ size }) => size)).toEqual([1, 2, 4]);
    const beyond = await growUntilSteady(sizes.slice(3), cache, anyLength);
    expect(beyond.map(({ size }) => size)).toEqual([8, 16, 32, 64]);
    expect(beyond.at(-1)?.rate).toBe(10);
    expect(steadyFrom(beyond)?.size).toBe(16);
    expect(await growUntilSteady([1], () => Promise.resolve(undefined), anyLength)).toEqual([]);
    expect(steadyFrom([])).toBeUndefined();
  });
});

test('a GPU is given grids that fill it, and a result with room for them', () => {
  const [form] = formsOf('gpu');
  const grids = gridsOf(form!, 2 ** 26);
  expect(grids[0]).toBe(64);
  expect(form!.lanes * grids.at(-1)!).toBeGreaterThan(2 ** 20);
  for (const kind of ['gpu', 'lavapipe', 'swiftshader'] as const) {
    for (const one of formsOf(kind)) {
      const workgroups = gridsOf(one, 2 ** 26).at(-1)!;
      expect(workgroups).toBeLessThan(65_536);
      const launch = inRegisters({ ...one, entryPoint: 'multiply_add', steps: 10, workgroups });
      expect(16 * one.lanes * workgroups).toBeLessThanOrEqual(2 ** 26);
      expect(launch.flops).toBe(2 * 10 * one.chains * one.width * one.lanes * workgroups);
    }
  }
});

describe('a device', () => {
  /** Runs of the fixed work, and how many there were. */
  const device = (times: readonly number[]) => {
    let runs = 0;
    const work = () => Promise.resolve(times[Math.min(runs++, times.length - 1)]!);
    return { work, runs: () => runs };
  };
  const limits = { least: 100, still: 50, most: 1000 };

  test('is warm when its time has stopped falling', async () => {
    const rising = device([50, 40, 30, 20, 10]);
    expect(await warmUp(rising.work, Infinity, limits)).toBe(10);
    // 150 ms until the first run of 10 ms, then 50 ms more.
    expect(rising.runs()).toBe(10);
  });

  test('is worked for a while where nobody knows how fast it is', async () => {
    const even = device([10]);
    await warmUp(even.work, Infinity, limits);
    expect(even.runs()).toBe(10);
  });

  test('is warm at once where it is as fast as it was', async () => {
    const warm = device([10.5]);
    expect(await warmUp(warm.work, 10, limits)).toBe(10.5);
    expect(warm.runs()).toBe(1);
  });

  test('that stays slower than it was is not waited for without end', async () => {
    const throttled = device([20]);
    await warmUp(throttled.work, 10, limits);
    expect(throttled.runs()).toBe(5);
    let time = 2000;
    await warmUp(() => Promise.resolve((time *= 0.9)), 1, limits);
    expect(time).toBeGreaterThan(1000);
  });
});

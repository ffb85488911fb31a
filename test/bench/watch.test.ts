/** What is measured while the machine was disturbed is measured again; what is kept depends on the machine alone. */
import { expect, test } from 'vitest';
import { undisturbed, watchOn, type Watch } from '../../bench/watch.ts';
import { openTestGpu } from '../gpu.ts';

/** A machine that is slowed down as told, look by look, and left alone afterwards. */
function machine(slowdowns: readonly number[]): Watch & { readonly looks: () => number } {
  let looks = 0;
  return {
    slowdown: () => Promise.resolve(slowdowns[looks++] ?? 1),
    looks: () => looks,
  };
}

/** Something that takes another time at each attempt. */
function measuring(times: readonly number[]) {
  let attempts = 0;
  return () => Promise.resolve({ time: times[attempts++] ?? NaN });
}

const patience = { attempts: 3, time: 1000, wait: 50, pause: 1 };

test('an undisturbed machine is measured once', async () => {
  const watch = machine([1.02, 1.05]);
  expect(await undisturbed(watch, measuring([7]), patience)).toEqual({ time: 7, slowdown: 1.05 });
  expect(watch.looks()).toBe(2);
});

test('it waits for the machine before it begins', async () => {
  const watch = machine([2, 1.5, 1.2, 1, 1]);
  expect(await undisturbed(watch, measuring([7]), patience)).toEqual({ time: 7, slowdown: 1 });
  expect(watch.looks()).toBe(5);
});

test('what was disturbed is measured again, and the least disturbed is kept, however long it took', async () => {
  const watch = machine([1, 1.4, 1, 1.2, 1, 1.3]);
  expect(await undisturbed(watch, measuring([5, 9, 4]), patience)).toEqual({ time: 9, slowdown: 1.2 });
  expect(watch.looks()).toBe(6);
});

test('on a machine that never settles, patience ends', async () => {
  const watch = { slowdown: () => Promise.resolve(1.5) };
  expect(await undisturbed(watch, measuring([5, 9, 4]), patience)).toEqual({ time: 5, slowdown: 1.5 });
  const slow = async () => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return measuring([5])();
  };
  const begun = performance.now();
  await undisturbed(watch, slow, { ...patience, attempts: 1000, time: 100 });
  expect(performance.now() - begun).toBeLessThan(1000);
});

test('a failure is passed on', async () => {
  const failing = () => Promise.reject(new Error('no memory'));
  await expect(undisturbed(machine([]), failing, patience)).rejects.toThrow('no memory');
});

test('the fixed work is about as fast as it was a moment ago', async () => {
  const gpu = await openTestGpu();
  const watch = watchOn(gpu);
  for (let look = 0; look < 3; look++) {
    const slowdown = await watch.slowdown();
    expect(slowdown).toBeGreaterThanOrEqual(1);
    expect(slowdown).toBeLessThan(50);
  }
});

/** Which rounds count depends on the machine alone, never on what was measured. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { interleave } from '../../bench/sampling/interleave.ts';
import { sampleRuns } from '../../bench/sampling/sampling.ts';
import { noMonitor, loadMonitor, type LoadMonitor } from '../../bench/sampling/machine-load.ts';
import { openTestGpu } from '../gpu.ts';

/** A machine with these probes, one after the other, and left alone afterwards. */
function machine(times: readonly number[]): LoadMonitor & { readonly probes: () => number } {
  let probes = 0;
  return {
    ...noMonitor,
    probe: () => Promise.resolve(times[probes++] ?? 1),
    slowdownOf: (some) => some.toSorted((a, b) => a - b)[Math.floor(some.length / 2)]!,
    probes: () => probes,
  };
}

/** Rounds of one sample each. */
function measuring(times: readonly number[]) {
  let rounds = 0;
  return () => Promise.resolve([times[rounds++] ?? NaN]);
}

const patience = { attempts: 3, time: 1000 };
const samples = (count: number) => (times: readonly number[]) => times.length >= count;

test('on an undisturbed machine everything is sampled once', async () => {
  const monitor = machine([1, 1.02, 1.05, 1.04]);
  const found = await interleave(monitor, measuring([7, 70, 8]), samples(3), patience);
  expect(found).toEqual({ times: [7, 70, 8], slowdown: 1.04 });
  expect(monitor.probes()).toBe(4);
});

test('a burst that the median withstands is no disturbance', async () => {
  const monitor = machine([1, 3, 1.01]);
  const found = await interleave(monitor, measuring([7, 8]), samples(2), patience);
  expect(found).toEqual({ times: [7, 8], slowdown: 1.01 });
});

test('what was disturbed is sampled again, and the least disturbed is kept, however long it took', async () => {
  const monitor = machine([1.4, 1.5, 1.3, 1.2, 1.2, 1.2, 1.6, 1.6, 1.6]);
  const found = await interleave(monitor, measuring([4, 4, 9, 9, 3, 3]), samples(2), patience);
  expect(found).toEqual({ times: [9, 9], slowdown: 1.2 });
});

test('on a machine that never settles, patience ends', async () => {
  const monitor = { ...noMonitor, slowdownOf: () => 1.5 };
  const found = await interleave(monitor, measuring([5, 9, 4]), samples(1), patience);
  expect(found).toEqual({ times: [5], slowdown: 1.5 });
  let rounds = 0;
  const slow = () => {
    rounds++;
    return new Promise<number[]>((resolve) => setTimeout(resolve, 30, [1]));
  };
  await interleave(monitor, slow, samples(1), { attempts: 1000, time: 100 });
  expect(rounds).toBeGreaterThan(1);
  expect(rounds).toBeLessThan(6);
});

test('what is kept is the same whatever was measured', async () => {
  const disturbances = fc.array(fc.double({ min: 1, max: 1.3, noNaN: true }), {
    minLength: 15,
    maxLength: 15,
  });
  const keptOf = async (probes: readonly number[], times: readonly number[]) => {
    const { times: kept } = await interleave(machine(probes), measuring(times), samples(4), patience);
    return kept.map((time) => times.indexOf(time));
  };
  await fc.assert(
    fc.asyncProperty(disturbances, async (probes) => {
      const rising = Array.from({ length: 12 }, (_, round) => round + 1);
      expect(await keptOf(probes, rising.toReversed())).toEqual(await keptOf(probes, rising));
    }),
  );
});

test('before every round the device is made ready, before anything is looked at', async () => {
  const order: string[] = [];
  const note = (what: string) => {
    order.push(what);
    return Promise.resolve();
  };
  const monitor = { ...noMonitor, ready: () => note('ready'), probe: () => note('probe').then(() => 1) };
  const measure = () => note('round').then(() => [1]);
  await interleave(monitor, measure, samples(2), patience);
  expect(order).toEqual(['ready', 'probe', 'round', 'probe', 'ready', 'round', 'probe']);
});

test('a monitor that is told to stop ends the measuring before the next round', async () => {
  const controller = new AbortController();
  const monitor = loadMonitor(await openTestGpu(), controller.signal);
  let rounds = 0;
  const measure = () => {
    if (++rounds === 2) controller.abort(new Error('enough'));
    return Promise.resolve([1]);
  };
  await expect(interleave(monitor, measure, samples(10), patience)).rejects.toThrow('enough');
  expect(rounds).toBe(2);
});

test('a failure is passed on', async () => {
  const failing = () => Promise.reject(new Error('no memory'));
  await expect(interleave(noMonitor, failing, samples(1), patience)).rejects.toThrow('no memory');
});

test('samples end at the most that are wanted, or with the time and the least', async () => {
  const slow = () => new Promise<number>((resolve) => setTimeout(resolve, 60, 60));
  const few = await sampleRuns(noMonitor, slow, { least: 3, most: 50, time: 0 }, 1);
  expect(few.samples).toBeGreaterThanOrEqual(3);
  expect(few.samples).toBeLessThan(7);
  // It says that it took half a minute: nobody waits for more of those.
  const long = () => new Promise<number>((resolve) => setTimeout(resolve, 10, 31_000));
  const once = await sampleRuns(noMonitor, long, { least: 1000, most: 1000, time: 1e9 }, 0);
  expect(once.medianMs).toBe(31_000);
});

test('the fixed work is about as fast as it was a moment ago', async () => {
  const monitor = loadMonitor(await openTestGpu());
  const probes: number[] = [];
  while (probes.length < 9) probes.push(await monitor.probe());
  expect(Math.min(...probes)).toBeGreaterThan(0);
  expect(monitor.slowdownOf(probes, 1)).toBeLessThan(50);
  expect(monitor.leastMs).toBeLessThanOrEqual(probes.toSorted((a, b) => a - b)[4]!);
});

test('bursts slow long samples down and not the median of short ones', async () => {
  const monitor = loadMonitor(await openTestGpu());
  await monitor.probe();
  // Quieter than the machine has been: what it was disturbed by meanwhile counts no more.
  const leastMs = monitor.leastMs / 4;
  const even = Array.from({ length: 10 }, () => leastMs);
  expect(monitor.slowdownOf(even, 1)).toBe(1);
  const bursts = [1, 1, 3, 1, 1, 1, 3, 1, 1, 1].map((times) => times * leastMs);
  expect(monitor.slowdownOf(bursts, leastMs / 100)).toBe(1);
  expect(monitor.slowdownOf(even, 100 * leastMs)).toBeCloseTo(1, 1);
  expect(monitor.slowdownOf(bursts, 100 * leastMs)).toBeCloseTo(1.4, 1);
  expect(
    monitor.slowdownOf(
      bursts.map((time) => 2 * time),
      1e-3,
    ),
  ).toBeCloseTo(2);
  // One probe is no median.
  expect(monitor.slowdownOf([leastMs / 2], 1)).toBe(1);
  expect(monitor.leastMs).toBe(leastMs);
});

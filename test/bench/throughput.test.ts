import { describe, expect, test } from 'vitest';
import { chooseWorks, networkWorks, withoutLarge } from '../../bench/networks/network-works.ts';
import { fallsWithBatch } from '../../bench/report/batch-verdict.ts';
import { noMonitor } from '../../bench/sampling/machine-load.ts';
import { inFlightFor, throughputOf } from '../../bench/sampling/throughput.ts';
import { networkRow, around } from './results.ts';

describe('throughput', () => {
  test('has several submissions in flight and waits once for all of them', async () => {
    const asked: number[] = [];
    const found = await throughputOf(noMonitor, 100, { medianMs: 80 }, async (times) => {
      asked.push(times);
      await new Promise((resolve) => setTimeout(resolve, 20));
    });
    expect(new Set(asked)).toEqual(new Set([5]));
    expect(found?.inFlight).toBe(5);
    // Five times a hundred images in twenty milliseconds, or somewhat more on a busy machine.
    expect(found?.throughput).toBeLessThanOrEqual(26_000);
    expect(found?.throughput).toBeGreaterThan(1000);
  });

  test('is at least of two, at most of sixteen, and not asked of what takes seconds', async () => {
    expect([0.1, 30, 100, 1900].map(inFlightFor)).toEqual([16, 13, 4, 2]);
    expect(await throughputOf(noMonitor, 1, { medianMs: 2001 }, () => expect.unreachable())).toBeUndefined();
  });
});

describe('the verdict on batches', () => {
  const rows = (...rates: readonly (readonly [batch: number, milliseconds: number, spread?: number])[]) =>
    rates.map(([batch, milliseconds, spread = 0.01]) =>
      networkRow('LeNet forward', batch, around(milliseconds, spread)),
    );

  test('is silent where throughput grows or stays, whatever the order of the rows', () => {
    expect(fallsWithBatch(rows([200, 20], [4, 1], [1000, 101]))).toEqual([]);
    expect(fallsWithBatch([])).toEqual([]);
  });

  test('names the batch that makes fewer images a second, and the one that makes more', () => {
    const falls = fallsWithBatch(rows([4, 1], [200, 20], [1000, 150]));
    expect(falls).toEqual([
      expect.stringMatching(
        /^throughput falls with the batch: LeNet forward makes 6.* images\/s of 1000 at a time, and (9|10).* of 200$/,
      ),
    ]);
  });

  test('takes no noise for a fall, nor another engine’s rows for ours, nor another work’s', () => {
    expect(fallsWithBatch(rows([4, 1], [200, 60, 0.5]))).toEqual([]);
    const [few, many] = rows([4, 1], [200, 100]);
    expect(fallsWithBatch([few!, { ...many!, engine: 'jax-js-webgpu' }])).toEqual([]);
    expect(fallsWithBatch([few!, { ...many!, work: 'LeNet training step' }])).toEqual([]);
  });
});

test('large batches are for GPUs, and for who names them', () => {
  const said: string[] = [];
  const chosen = (kind: 'gpu' | 'lavapipe', batch?: readonly number[]) => {
    const choice = { network: 'forward', ...(batch && { batch }) };
    const works = chooseWorks(networkWorks, choice);
    return withoutLarge(works, kind, choice, (line) => said.push(line)).map(({ batch: of }) => of);
  };
  expect(chosen('gpu')).toEqual(expect.arrayContaining([64, 256, 1000, 8000]));
  expect(said).toEqual([]);
  expect(chosen('lavapipe', [8000, 256])).toEqual([8000, 256]);
  const few = chosen('lavapipe');
  expect(few).toContain(1000);
  for (const batch of [64, 256, 8000]) expect(few).not.toContain(batch);
  expect(said).toEqual([
    'left out, since they take minutes without a GPU unless --batch names them: LeNet forward, batch 8000; AlexNet forward, batch 64, 256',
  ]);
});

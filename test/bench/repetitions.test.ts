import { describe, expect, test } from 'vitest';
import { sampleOf, type Sample } from '../../bench/sampling/sampling.ts';
import {
  inRepetitions,
  isNoisy,
  mostRepetitions,
  type RepeatedSample,
} from '../../bench/sampling/repetitions.ts';

interface Row extends RepeatedSample {
  readonly name: string;
  readonly rate: number;
}

const row = (name: string, milliseconds: number, slowdown = 1): Row => {
  const sample = { ...sampleOf([milliseconds, milliseconds + 1, milliseconds + 2]), slowdown };
  return { name, ...sample, rate: 1000 / sample.medianMs };
};
const merge = (first: Row, sample: Sample): Row => ({ ...first, ...sample, rate: 1000 / sample.medianMs });

test('rows of several visits become one, with the samples of all', async () => {
  const shown: Row[] = [];
  const numbers: number[] = [];
  await inRepetitions<Row>(
    'lavapipe',
    (number, show) => {
      numbers.push(number);
      show(row('first', 10 * number, 1 + number / 100));
      // Two rows of one name are told apart by their place.
      show(row('second', 100 - number));
      show(row('second', 50));
      return Promise.resolve();
    },
    merge,
    { keep: () => undefined, show: (one) => shown.push(one) },
  );
  expect(mostRepetitions).toBe(3);
  expect(numbers).toEqual([1, 2, 3]);
  expect(shown.map(({ name }) => name)).toEqual(['first', 'second', 'second']);
  expect(shown[0]).toMatchObject({ medianMs: 21, samples: 9, slowdown: 1.02, visitsMs: [11, 21, 31] });
  expect(shown[0]!.times).toEqual([10, 11, 12, 20, 21, 22, 30, 31, 32]);
  expect(shown[0]!.rate).toBeCloseTo(1000 / 21);
  expect(shown[1]).toMatchObject({ visitsMs: [100, 99, 98] });
  expect(shown[2]).toMatchObject({ visitsMs: [51, 51, 51], slowdown: 1 });
});

test('each visit leaves its rows, so that one that is cut short has those of the visits before it', async () => {
  const order: string[] = [];
  const stopped = inRepetitions<Row>(
    'swiftshader',
    (number, show) => {
      if (number === 3) throw new Error('stopped');
      show(row('row', 10 * number));
      return Promise.resolve();
    },
    merge,
    {
      keep: ({ name, visitsMs = [] }) => order.push(`${name} ${visitsMs.join(' ')}`),
      show: () => order.push('shown'),
    },
  );
  await expect(stopped).rejects.toThrow('stopped');
  expect(order).toEqual(['row 11', 'row 11 21']);
});

describe('a GPU', () => {
  const visitsOf = async (rowOf: (number: number) => Row) => {
    const shown: Row[] = [];
    const visit = (number: number, show: (row: Row) => void) => {
      show(rowOf(number));
      return Promise.resolve();
    };
    await inRepetitions<Row>('gpu', visit, merge, {
      keep: () => {
        throw new Error('it is shown at once');
      },
      show: (one) => shown.push(one),
    });
    return shown.map(({ visitsMs }) => visitsMs?.length);
  };

  test('is visited once where its times stand', async () => {
    expect(await visitsOf(() => row('row', 100))).toEqual([1]);
  });

  test('is visited again until they do, and three times at most', async () => {
    expect(await visitsOf((number) => row('row', 100, number < 2 ? 1.3 : 1))).toEqual([1, 2]);
    expect(await visitsOf(() => row('row', 100, 1.3))).toEqual([1, 2, 3]);
  });
});

test('rows are noisy where more than a tenth of them has two humps, a wide interval or a disturbed machine', () => {
  const good = Array.from({ length: 9 }, () => row('good', 100));
  for (const noise of [{ humps: 2 as const }, { slowdown: 1.2 }, { lowMs: 80, highMs: 120 }]) {
    const bad = { ...row('bad', 100), ...noise };
    expect(isNoisy([...good, bad])).toBe(false);
    expect(isNoisy([...good, bad, bad])).toBe(true);
  }
  expect(isNoisy([])).toBe(false);
});

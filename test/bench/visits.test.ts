import { expect, test } from 'vitest';
import { summarise, type Sample } from '../../bench/sampling.ts';
import { inVisits, visits, type Visited } from '../../bench/visits.ts';

interface Row extends Visited {
  readonly name: string;
  readonly rate: number;
}

const row = (name: string, milliseconds: number, slowdown = 1): Row => {
  const sample = { ...summarise([milliseconds, milliseconds + 1, milliseconds + 2]), slowdown };
  return { name, ...sample, rate: 1000 / sample.medianMs };
};
const merge = (last: Row, sample: Sample): Row => ({ ...last, ...sample, rate: 1000 / sample.medianMs });

test('rows of several visits become one, with the samples of all', async () => {
  const shown: Row[] = [];
  const numbers: number[] = [];
  await inVisits<Row>(
    (number, show) => {
      numbers.push(number);
      show(row('first', 10 * number, 1 + number / 100));
      // Two rows of one name are told apart by their place.
      show(row('second', 100 - number));
      show(row('second', 50));
      return Promise.resolve();
    },
    merge,
    (one) => shown.push(one),
  );
  expect(visits).toBe(3);
  expect(numbers).toEqual([1, 2, 3]);
  expect(shown.map(({ name }) => name)).toEqual(['first', 'second', 'second']);
  expect(shown[0]).toMatchObject({ medianMs: 21, samples: 9, slowdown: 1.02, visitsMs: [11, 21, 31] });
  expect(shown[0]!.times).toEqual([10, 11, 12, 20, 21, 22, 30, 31, 32]);
  expect(shown[0]!.rate).toBeCloseTo(1000 / 21);
  expect(shown[1]).toMatchObject({ visitsMs: [100, 99, 98] });
  expect(shown[2]).toMatchObject({ visitsMs: [51, 51, 51], slowdown: 1 });
});

test('nothing is shown before the last visit', async () => {
  const order: string[] = [];
  await inVisits<Row>(
    (number, show) => {
      order.push(`visit ${String(number)}`);
      show(row('row', 1));
      return Promise.resolve();
    },
    merge,
    ({ name }) => order.push(name),
  );
  expect(order).toEqual(['visit 1', 'visit 2', 'visit 3', 'row']);
});

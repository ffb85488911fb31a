import { expect, test } from 'vitest';
import { eachOf } from '../../src/util/each-of.ts';

/** Things that come to their end when they are told to. */
function controlled() {
  const begun: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const act = (item: number) =>
    new Promise<void>((resolve, reject) => {
      begun.push(item);
      ends.set(item, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  return {
    begun,
    act,
    end: (item: number, error?: Error) => {
      ends.get(item)!(error);
    },
  };
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('so many are worked on at a time, in their order', async () => {
  const { begun, act, end } = controlled();
  const all = eachOf([0, 1, 2, 3], 2, act);
  expect(begun).toEqual([0, 1]);
  end(1);
  await settled();
  expect(begun).toEqual([0, 1, 2]);
  end(0);
  end(2);
  await settled();
  expect(begun).toEqual([0, 1, 2, 3]);
  end(3);
  await all;
});

test('where one fails no further one is begun, and what was begun comes to its end', async () => {
  const { begun, act, end } = controlled();
  let over = false;
  const all = eachOf([0, 1, 2, 3], 2, act);
  const outcome = all.finally(() => (over = true)).catch((error: unknown) => error);
  end(1, new Error('the disk is full'));
  await settled();
  expect([begun, over]).toEqual([[0, 1], false]);
  end(0, new Error('another one'));
  expect(await outcome).toEqual(new Error('the disk is full'));
});

test('of nothing, nothing is done', async () => {
  const { begun, act } = controlled();
  await eachOf([], 4, act);
  expect(begun).toEqual([]);
});

import { expect, test } from 'vitest';
import { ahead } from '../../src/util/ahead.ts';

const after = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('what is made comes in the order of the items, and so many are begun at a time', async () => {
  let [working, most] = [0, 0];
  const made: string[] = [];
  const begin = async (item: string, index: number) => {
    most = Math.max(most, ++working);
    await after(index % 2 === 0 ? 10 : 1);
    working--;
    return item + String(index);
  };
  for await (const one of ahead(['a', 'b', 'c', 'd', 'e'], 3, begin)) made.push(one);
  expect(made).toEqual(['a0', 'b1', 'c2', 'd3', 'e4']);
  expect(most).toBe(3);
});

test('one that fails before its turn is heard when that comes, after which no other is begun', async () => {
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  process.on('unhandledRejection', hear);
  const [begun, made]: [number[], number[]] = [[], []];
  const begin = async (item: number) => {
    begun.push(item);
    await after(item === 0 ? 20 : 1);
    if (item === 2) throw new Error('damaged');
    return item;
  };
  const all = async () => {
    for await (const one of ahead([0, 1, 2, 3, 4, 5, 6], 3, begin)) made.push(one);
  };
  await expect(all()).rejects.toThrow('damaged');
  await after(5);
  process.off('unhandledRejection', hear);
  expect([begun, made, unheard]).toEqual([[0, 1, 2, 3, 4], [0, 1], []]);
});

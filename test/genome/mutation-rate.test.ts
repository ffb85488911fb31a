import { expect, test } from 'vitest';
import { mutationRate } from '../../src/genome/direct-population.ts';

test('a tenth of the genes mutates, and half as many every 1000 generations', () => {
  expect([0, 999, 1000, 1999, 2000].map(mutationRate)).toEqual([0.1, 0.1, 0.05, 0.05, 0.025]);
});

import { expect, test } from 'vitest';
import { transpose } from '../../src/kernels/transpose.ts';
import { openTestGpu, runLaunch } from '../gpu.ts';
import { randomRows } from './numbers.ts';
import * as reference from './reference.ts';

test.each([
  [1, 1],
  [5, 3],
  [4, 8],
  [37, 50],
])('a matrix of %i × %i is turned, its padding zero', async (rows, columns) => {
  const gpu = await openTestGpu();
  const x = randomRows(rows, columns, 1);
  const expected = reference.transpose(1, rows, 1, columns, x);
  const y = await runLaunch(gpu, transpose(rows, columns), [x], expected.length);
  expect([...y]).toEqual([...expected]);
});

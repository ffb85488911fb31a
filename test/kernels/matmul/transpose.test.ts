import { expect, test } from 'vitest';
import { transpose } from '../../../src/kernels/matmul/transpose.ts';
import { openTestGpu, runLaunch } from '../../gpu.ts';
import { packHalves } from '../halves.ts';
import { randomRows } from '../numbers.ts';
import * as reference from '../reference.ts';

test.each([
  [1, 1],
  [5, 3],
  [4, 8],
  [37, 50],
])('a matrix of %i × %i is transposed, its padding zero', async (rows, columns) => {
  const gpu = await openTestGpu();
  const x = randomRows(rows, columns, 1);
  const expected = reference.transpose(1, rows, 1, columns, x);
  const y = await runLaunch(gpu, transpose(rows, columns), { matrix: x }, expected.length);
  expect([...y]).toEqual([...expected]);
});

test.each([
  [1, 1],
  [5, 3],
  [4, 8],
  [37, 50],
])('a matrix of %i × %i halves is transposed as its floats are', async (rows, columns) => {
  const gpu = await openTestGpu();
  const x = randomRows(rows, columns, 1);
  const expected = packHalves(Float32Array.from(reference.transpose(1, rows, 1, columns, x)));
  const stored = new Float32Array(packHalves(x).buffer);
  const y = await runLaunch(gpu, transpose(rows, columns, true), { matrix: stored }, expected.length / 2);
  expect([...new Uint16Array(y.buffer, 0, expected.length)]).toEqual([...expected]);
});

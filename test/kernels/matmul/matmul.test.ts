import { expect, test } from 'vitest';
import { matmul } from '../../../src/kernels/matmul/matmul.ts';
import { openTestGpu } from '../../gpu.ts';

test('tiles that read floats alone are not offered for halves', async () => {
  const gpu = await openTestGpu();
  const shape = { rows: 8, columns: 8, depth: 8, packed: true };
  expect(() => matmul(shape, gpu, 'quads12x4s10')).toThrow(/no variant quads12x4s10; there are .*tile/);
});

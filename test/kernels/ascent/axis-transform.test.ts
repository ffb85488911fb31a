import { expect, test } from 'vitest';
import { axisTransform } from '../../../src/kernels/ascent/axis-transform.ts';

test('states the work of a whole picture', () => {
  const { flops } = axisTransform({ outer: 3, size: 256, inner: 256 * 4 });
  expect(flops).toBe(2 * 3 * 256 * 256 * 256 * 4);
});

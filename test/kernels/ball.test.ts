import { expect, test } from 'vitest';
import { ballDistance, ballProject, ballShrink } from '../../src/kernels/ball.ts';
import { productParts } from '../../src/kernels/slot-product.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../gpu.ts';
import { expectClose, randomValues } from './numbers.ts';

test.each([
  [7, 4],
  [1000, 12],
])(
  '%i values in %i slots come back to the ball, and stay where they are within it',
  async (values, batch) => {
    const gpu = await openTestGpu();
    const centre = randomValues(values, 1);
    const radius = 5;
    // Slot s is at distance 2.5 · (s + 1) in a direction of its own.
    const offsets = Array.from({ length: batch }, (_, slot) => {
      const direction = randomValues(values, 10 + slot);
      const length = Math.hypot(...direction);
      return direction.map((value) => (value * 2.5 * (slot + 1)) / length);
    });
    const x = Float32Array.from(
      { length: values * batch },
      (_, index) => centre[Math.floor(index / batch)]! + offsets[index % batch]![Math.floor(index / batch)]!,
    );
    const shape = { values, batch, radius };
    const distance = await runKernel(gpu, ballDistance(shape), {
      0: x,
      1: centre,
      2: unwrittenFloats(productParts * batch),
    });
    const parts = new Float32Array(distance[2]!);
    const shrink = await runKernel(gpu, ballShrink(shape), { 2: parts, 3: unwrittenFloats(batch) });
    const factor = new Float32Array(shrink[3]!);
    const project = await runKernel(gpu, ballProject(shape), { 0: x, 1: centre, 3: factor });
    const projected = new Float32Array(project[0]!);
    const expected = Float64Array.from(x, (_, index) => {
      const [value, slot] = [Math.floor(index / batch), index % batch];
      return centre[value]! + offsets[slot]![value]! * Math.min(1, radius / (2.5 * (slot + 1)));
    });
    expectClose(projected, expected, { atol: 1e-5, rtol: 1e-5 });
    expect(factor[0]).toBe(1);
    expect(factor[batch - 1]).toBeLessThan(1);
  },
);

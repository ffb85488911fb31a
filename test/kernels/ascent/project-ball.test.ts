import { expect, test } from 'vitest';
import { ballChoose, ballSquares, squaresWords } from '../../../src/kernels/ascent/project-ball.ts';
import { quantiseAround } from '../../../src/kernels/image/quantise.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { randomValues } from '../numbers.ts';

/** Bytes of four images, drawn so that they stay within the radius around the centre. */
async function drawWithin(radius: number, side: number, apart: Float32Array<ArrayBuffer>) {
  const gpu = await openTestGpu();
  const [batch, values] = [4, side * side];
  const start = Uint8Array.from(randomValues(values * batch, 3), (value) => Math.floor(128 + 100 * value));
  const mean = randomValues(values, 4).map((value) => 100 * value);
  const centre = Float32Array.from(start, (byte, index) => byte - mean[Math.floor(index / batch)]!);
  const x = centre.map((value, index) => value + apart[index]!);
  const shape = { values, batch, radius };
  const squares = await runKernel(gpu, ballSquares(shape), {
    x,
    centre,
    squares_of: new Uint32Array(squaresWords(batch)).fill(0xabababab),
  });
  const sums = new Uint32Array(squares.squares_of!);
  const chosen = await runKernel(gpu, ballChoose(shape), {
    squares_of: sums,
    shifts: unwrittenFloats(batch),
  });
  const shifts = new Float32Array(chosen.shifts!);
  const drawn = { channels: 1, height: side, width: side, batch, reverseChannels: false };
  const images = new Uint8Array(values * batch).fill(0xab);
  const pictures = await runKernel(gpu, quantiseAround(drawn), { x, mean, images, centre, shifts });
  const bytes = new Uint8Array(pictures.images!);
  const changes = Array.from({ length: batch }, (_, image) =>
    Array.from(
      { length: values },
      (_, value) => bytes[image * values + value]! - start[value * batch + image]!,
    ),
  );
  return { changes, shifts: [...shifts] };
}

/** In a random direction, as far as the radius. */
function onSurface(values: number, radius: number): Float32Array<ArrayBuffer> {
  const offsets = Array.from({ length: 4 }, (_, image) => {
    const direction = randomValues(values, 10 + image);
    const length = Math.hypot(...direction);
    return direction.map((value) => (value * radius) / length);
  });
  return Float32Array.from({ length: 4 * values }, (_, index) => offsets[index % 4]![index >> 2]!);
}

test.each([
  [3, 8],
  [40, 28],
  [300, 28],
  [2500, 64],
])('bytes of images at %d from the centre are no further, and hardly nearer', async (radius, side) => {
  const { changes, shifts } = await drawWithin(radius, side, onSurface(side * side, radius));
  for (const change of changes) {
    const distance = Math.sqrt(change.reduce((sum, one) => sum + one * one, 0));
    expect(distance).toBeLessThanOrEqual(radius);
    expect(distance).toBeGreaterThan((radius < 10 ? 0.75 : 0.95) * radius);
  }
  // The nearest bytes of many values would be further, of one image at least.
  if (radius >= 300) expect(Math.min(...shifts)).toBeLessThan(0.5);
});

test('bytes well within the ball are the nearest ones', async () => {
  const apart = onSurface(784, 300);
  const { changes, shifts } = await drawWithin(400, 28, apart);
  expect(shifts).toEqual([0.5, 0.5, 0.5, 0.5]);
  for (const [image, change] of changes.entries())
    for (const [value, one] of change.entries())
      expect(Math.abs(one - apart[value * 4 + image]!)).toBeLessThan(0.501);
});

test('what a ball has no room for stays where it was', async () => {
  // Each of 784 values is nine tenths from its start: all of them are too many, and none is more than another.
  const { changes } = await drawWithin(27, 28, new Float32Array(4 * 784).fill(-0.9));
  expect(changes.flat().every((one) => one === 0)).toBe(true);
});

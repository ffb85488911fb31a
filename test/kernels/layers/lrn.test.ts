import { expect, test } from 'vitest';
import { lrn, lrnInputGradient, type LrnShape } from '../../../src/kernels/layers/lrn.ts';
import { openTestGpu, runKernel, runLaunch, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

const caffe = { size: 5, alpha: 1e-4, beta: 0.75, k: 1 };
/** Strong enough that every term of the gradient counts. */
const strong = { size: 5, alpha: 2, beta: 0.75, k: 1 };

const cases: readonly (readonly [what: string, shape: LrnShape])[] = [
  ['as AlexNet has it', { channels: 16, plane: 36, ...caffe }],
  ['strong', { channels: 9, plane: 12, ...strong }],
  ['a plane that is no multiple of four', { channels: 6, plane: 15, ...strong }],
  ['fewer channels than neighbours', { channels: 2, plane: 8, ...strong }],
  ['three neighbours, another power', { channels: 7, plane: 4, size: 3, alpha: 1, beta: 0.5, k: 2 }],
];

/** One column of channels, by definition, in doubles. */
function normalise(x: readonly number[], { size, alpha, beta, k }: LrnShape): number[] {
  const reach = (size - 1) / 2;
  return x.map((value, channel) => {
    const near = x.filter((_, other) => Math.abs(other - channel) <= reach);
    return value / (k + (alpha / size) * near.reduce((sum, other) => sum + other * other, 0)) ** beta;
  });
}

const column = (values: Float32Array, { channels, plane }: LrnShape, place: number): number[] =>
  Array.from({ length: channels }, (_, channel) => values[channel * plane + place]!);

test.each(cases)('normalisation agrees with its definition: %s', async (_, shape) => {
  const gpu = await openTestGpu();
  const x = randomValues(shape.channels * shape.plane, 1).map((value) => 3 * value);
  const y = await runLaunch(gpu, lrn(shape), { x }, x.length);
  for (let place = 0; place < shape.plane; place++)
    expectClose(column(y, shape, place), normalise(column(x, shape, place), shape));
});

test.each(cases)('its gradient agrees with central differences: %s', async (_, shape) => {
  const gpu = await openTestGpu();
  const x = randomValues(shape.channels * shape.plane, 2);
  const dy = randomValues(x.length, 3);
  const operands = { x, dy, dx: unwrittenFloats(x.length) };
  const results = await runKernel(gpu, lrnInputGradient(shape), operands);
  const dx = new Float32Array(results.dx!);
  expect(dx.every(Number.isFinite)).toBe(true);
  for (let place = 0; place < shape.plane; place++) {
    const input = column(x, shape, place);
    const upstream = column(dy, shape, place);
    const objective = (values: number[]) =>
      normalise(values, shape).reduce((sum, value, channel) => sum + value * upstream[channel]!, 0);
    const reference = input.map((value, channel) => {
      const moved = (step: number) => objective(input.with(channel, value + step));
      return (moved(1e-5) - moved(-1e-5)) / 2e-5;
    });
    expectClose(column(dx, shape, place), reference, { atol: 2e-5, rtol: 2e-4 });
  }
});

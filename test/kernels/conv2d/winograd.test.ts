/** Convolution by squares against plain loops: the three steps one after the other, as a network runs them. */
import { describe, expect, test } from 'vitest';
import { bind, Program, run } from '../../../src/gpu/program.ts';
import type { ConvShape } from '../../../src/kernels/conv2d/conv-shape.ts';
import { conv2d } from '../../../src/kernels/conv2d/conv2d.ts';
import { rectified } from '../../../src/kernels/layers/relu.ts';
import {
  fitsWinograd,
  winogradOutputTransform,
  winogradInputTransform,
  winogradProducts,
  winogradFilterTransform,
  winogradFloats,
  type TileSize,
} from '../../../src/kernels/conv2d/winograd.ts';
import { openTestGpu, unwrittenFloats } from '../../gpu.ts';
import { convCases, fewImagesCases } from './conv-cases.ts';
import { randomRows, randomValues } from '../numbers.ts';
import * as reference from '../reference.ts';

const square = (
  channels: readonly [inside: number, outside: number],
  [height, width]: readonly [number, number],
  kernel: 3 | 5,
  options: Partial<Pick<ConvShape, 'padding' | 'groups' | 'batch'>>,
): ConvShape => {
  const { padding = 0, groups = 1, batch = 4 } = options;
  return {
    groups,
    inChannels: channels[0],
    outChannels: channels[1],
    inHeight: height,
    inWidth: width,
    outHeight: height + 2 * padding - kernel + 1,
    outWidth: width + 2 * padding - kernel + 1,
    kernelHeight: kernel,
    kernelWidth: kernel,
    stride: 1,
    padding,
    batch,
  };
};

const cases: readonly (readonly [string, ConvShape])[] = [
  ['one square of 3 × 3', square([1, 1], [3, 3], 3, {})],
  ['13 × 13 in two groups, as conv4 of AlexNet', square([8, 12], [13, 13], 3, { padding: 1, groups: 2 })],
  [
    '27 × 27 of 5 × 5 in two groups, as conv2 of AlexNet',
    square([4, 8], [27, 27], 5, { padding: 2, groups: 2 }),
  ],
  ['12 × 12 of 5 × 5, as conv2 of LeNet', square([20, 50], [12, 12], 5, { batch: 8 })],
  ['no channel count a multiple of 4', square([3, 5], [6, 9], 3, { padding: 1 })],
  ['padding as wide as the kernel', square([2, 4], [4, 5], 3, { padding: 2, batch: 12 })],
  ['one image', square([6, 8], [13, 13], 3, { padding: 1, batch: 1 })],
  ['two images', square([6, 8], [9, 7], 5, { padding: 2, batch: 2 })],
];

/** The largest error, over the root mean square of the reference. */
async function errorOf(size: TileSize, convolution: ConvShape, rectify = false): Promise<number> {
  const gpu = await openTestGpu();
  const shape = { convolution, size };
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth, batch } = convolution;
  const weights = randomRows(inChannels * kernelHeight * kernelWidth, outChannels / groups, 1);
  const bias = randomRows(groups, outChannels / groups, 2);
  if (rectify) bias[0] = NaN;
  const x = randomValues(inChannels * convolution.inHeight * convolution.inWidth * batch, 3);
  const floats = winogradFloats(shape);
  const outputs = outChannels * convolution.outHeight * convolution.outWidth * batch;
  const buffer = (label: string, content: Float32Array<ArrayBuffer>) => gpu.bufferFrom(label, content);
  const buffers = {
    weights: buffer('weights', weights),
    bias: buffer('bias', bias),
    x: buffer('x', x),
    transformed: buffer('transformed', unwrittenFloats(floats.weights)),
    transformedBias: buffer('transformed bias', unwrittenFloats(floats.bias)),
    tiles: buffer('tiles', unwrittenFloats(floats.tiles)),
    products: buffer('products', unwrittenFloats(floats.products)),
    y: buffer('y', unwrittenFloats(outputs)),
  };
  const program = new Program([
    await bind(gpu, 'turn', winogradFilterTransform(shape), {
      weights: buffers.weights,
      bias: buffers.bias,
      transformed: buffers.transformed,
      transformed_bias: buffers.transformedBias,
    }),
    await bind(gpu, 'spread', winogradInputTransform(shape), { x: buffers.x, tiles: buffers.tiles }),
    await bind(gpu, 'multiply', conv2d(winogradProducts(shape), gpu), {
      weights: buffers.transformed,
      bias: buffers.transformedBias,
      x: buffers.tiles,
      y: buffers.products,
    }),
    await bind(gpu, 'gather', rectified(winogradOutputTransform(shape), rectify), {
      products: buffers.products,
      y: buffers.y,
    }),
  ]);
  run(gpu, program);
  const y = new Float32Array((await gpu.read(buffers.y, 4 * outputs)).slice(0, 4 * outputs));
  for (const each of Object.values(buffers)) each.destroy();
  const plain = reference.conv2d(convolution, weights, bias, x);
  const isFound = (_: number, index: number) => !Number.isNaN(plain[index]);
  // A value that was never written is NaN.
  expect(y.map((value) => Number(Number.isNaN(value)))).toEqual(
    y.map((_, index) => Number(!isFound(0, index))),
  );
  const found = plain.filter(isFound);
  const expected = rectify ? found.map((value) => Math.max(0, value)) : found;
  const actual = y.filter(isFound);
  const scale = Math.sqrt(expected.reduce((sum, value) => sum + value ** 2, 0) / expected.length);
  return expected.reduce((most, value, index) => Math.max(most, Math.abs(actual[index]! - value) / scale), 0);
}

describe.each([4, 6] as const)('squares of %i', (size) => {
  const fitting = cases.filter(([, convolution]) => fitsWinograd({ convolution, size }));

  test.each(fitting)('agree with plain loops: %s', async (_, convolution) => {
    // Points up to 2 multiply rounding errors by their powers; at 0, 1 and −1 it is as good as plain loops.
    expect(await errorOf(size, convolution)).toBeLessThan(size === 4 ? 4e-6 : 4e-5);
  });

  test('agree with plain loops that are rectified, of which NaN stays NaN', async () => {
    const [, convolution] = fitting[1]!;
    expect(await errorOf(size, convolution, true)).toBeLessThan(size === 4 ? 4e-6 : 4e-5);
  });

  test('the error grows slowly with the channels', async () => {
    const many = square([256, 8], [8, 8], 3, { padding: 1 });
    expect(await errorOf(size, many)).toBeLessThan(size === 4 ? 4e-6 : 4e-5);
  });
});

test('other convolutions are refused, with their kernel and stride', () => {
  const [, strided] = convCases.find(([, { stride }]) => stride === 2)!;
  expect(fitsWinograd({ convolution: strided, size: 6 })).toBe(false);
  expect(() => winogradInputTransform({ convolution: strided, size: 6 })).toThrow(
    /stride 2 makes no squares of 6/,
  );
  const [, eleven] = fewImagesCases.find(([, { kernelHeight }]) => kernelHeight === 11)!;
  expect(fitsWinograd({ convolution: eleven, size: 6 })).toBe(false);
  expect(fitsWinograd({ convolution: square([1, 1], [9, 9], 5, {}), size: 4 })).toBe(false);
});

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
import { given, unwritten } from '../../../src/kernels/case.ts';
import { conv2dReference } from '../../../src/kernels/conv2d/conv2d.cases.ts';
import {
  biasFloats,
  convShape,
  inputFloats,
  outputFloats,
  weightFloats,
} from '../../../src/kernels/conv2d/conv2d.cases.ts';
import { winogradShapes } from '../../../src/kernels/conv2d/winograd.cases.ts';
import { openTestGpu, unwrittenFloats } from '../../gpu.ts';
import { contentsOf, defined } from '../run-case.ts';
import { randomValues } from '../numbers.ts';

/** The largest error, over the root mean square of the reference. */
async function errorOf(size: TileSize, convolution: ConvShape, rectify = false): Promise<number> {
  const gpu = await openTestGpu();
  const shape = { convolution, size };
  const weights = randomValues(weightFloats(convolution), 1);
  const bias = randomValues(biasFloats(convolution), 2);
  if (rectify) bias[0] = NaN;
  const x = randomValues(inputFloats(convolution), 3);
  const floats = winogradFloats(shape);
  const outputs = outputFloats(convolution);
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
  const operands = { weights: given(weights), bias: given(bias), x: given(x), y: unwritten(outputs) };
  const one = { operands };
  const launch = conv2d(convolution, gpu);
  const plain = Float64Array.from(
    defined(conv2dReference.variants, launch, one, contentsOf(one))['y']!,
    (value) => value ?? NaN,
  );
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

const shapeOf = (part: string): ConvShape => winogradShapes.find(([name]) => name.includes(part))![1];

describe.each([
  [4, shapeOf('conv4 of AlexNet')],
  [6, shapeOf('conv4 of AlexNet')],
  [6, shapeOf('conv2 of LeNet')],
  [6, shapeOf('one image')],
] as const)('tiles of %i', (size, convolution) => {
  // Points up to 2 multiply rounding errors by their powers; at 0, 1 and −1 it is as good as plain loops.
  const most = size === 4 ? 4e-6 : 4e-5;

  test('agree with plain loops, also rectified, of which NaN stays NaN', async () => {
    expect(await errorOf(size, convolution)).toBeLessThan(most);
    expect(await errorOf(size, convolution, true)).toBeLessThan(most);
  });
});

test.each([4, 6] as const)('the error of tiles of %i grows slowly with the channels', async (size) => {
  const many = convShape(256, 8, [8, 8], [3, 3], { padding: 1 });
  expect(await errorOf(size, many)).toBeLessThan(size === 4 ? 4e-6 : 4e-5);
});

test('other convolutions are refused, with their kernel and stride', () => {
  const strided = convShape(2, 6, [8, 11], [3, 3], { stride: 2, padding: 1 });
  expect(fitsWinograd({ convolution: strided, size: 6 })).toBe(false);
  expect(() => winogradInputTransform({ convolution: strided, size: 6 })).toThrow(
    /stride 2 makes no .* of 6/,
  );
  const eleven = convShape(3, 8, [23, 27], [11, 11]);
  expect(fitsWinograd({ convolution: eleven, size: 6 })).toBe(false);
  expect(fitsWinograd({ convolution: convShape(1, 1, [9, 9], [5, 5]), size: 4 })).toBe(false);
});

/** The convolution that stands for the gradient with respect to the input is that gradient: a check of the references, in doubles. */
import { expect, test } from 'vitest';
import type { ConvShape } from '../../../src/kernels/conv2d/conv-shape.ts';
import { inputGradientBiasFloats } from '../../../src/kernels/conv2d/conv2d-input-gradient.ts';
import conv2dInputGradientCases from '../../../src/kernels/conv2d/conv2d-input-gradient.cases.ts';
import { conv2dInputGradientReference } from '../../../src/kernels/conv2d/conv2d-input-gradient.cases.ts';
import {
  convShapes,
  fewImagesShapes,
  inputFloats,
  outputFloats,
  weightFloats,
} from '../../../src/kernels/conv2d/conv2d.cases.ts';
import { ceil4 } from '../../../src/kernels/reference.ts';
import { openTestGpu } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

/** dx[i, y, z, n] += w[i, a, b, o] · dy[o, r, c, n] for every product of the forward pass. */
function gradient(shape: ConvShape, weights: ArrayLike<number>, dy: ArrayLike<number>): Float64Array {
  const {
    groups,
    inHeight,
    inWidth,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    stride,
    padding,
    batch,
  } = shape;
  const [ins, outs] = [shape.inChannels / groups, shape.outChannels / groups];
  const dx = new Float64Array(inputFloats(shape));
  for (let input = 0; input < shape.inChannels; input++)
    for (let a = 0; a < kernelHeight; a++)
      for (let b = 0; b < kernelWidth; b++)
        for (let o = 0; o < outs; o++)
          for (let r = 0; r < outHeight; r++)
            for (let c = 0; c < outWidth; c++) {
              const [y, z] = [r * stride + a - padding, c * stride + b - padding];
              if (y < 0 || z < 0 || y >= inHeight || z >= inWidth) continue;
              const weight = weights[((input * kernelHeight + a) * kernelWidth + b) * ceil4(outs) + o]!;
              const output = Math.floor(input / ins) * outs + o;
              const from = ((output * outHeight + r) * outWidth + c) * batch;
              const to = ((input * inHeight + y) * inWidth + z) * batch;
              for (let n = 0; n < batch; n++) dx[to + n]! += weight * dy[from + n]!;
            }
  return dx;
}

const { cases } = conv2dInputGradientCases;

test.each([...convShapes, ...fewImagesShapes])('%s', async (name, shape) => {
  const gpu = await openTestGpu();
  const kernelOf = (entry: keyof typeof cases) =>
    cases[entry].find((one) => one.name === name)!.launch(gpu).kernel;
  const operands = (constants: Record<string, number>, all: Record<string, ArrayLike<number>>) => ({
    constants,
    values: (operand: string) => (index: number) => all[operand]![index]!,
    length: (operand: string) => all[operand]!.length,
  });
  const weights = randomValues(weightFloats(shape), 1);
  const dy = randomValues(outputFloats(shape), 2);
  const transposing = cases.transpose_weights.find((one) => one.name === name)!.operands['transposed']!;
  const { transpose_weights: transpose, variants } = conv2dInputGradientReference;
  const transposedAt = transpose.results.transposed(
    operands(kernelOf('transpose_weights').constants, { weights }),
  );
  const length = 'length' in transposing ? transposing.length : 0;
  const transposed = Array.from({ length }, (_, index) => transposedAt(index));
  const bias = new Float64Array(inputGradientBiasFloats(shape));
  const known = { weights: transposed, bias, x: dy, y: new Float64Array(inputFloats(shape)) };
  const elementAt = variants.results['y']!(operands(kernelOf('variants').constants, known));
  const dx = Float64Array.from(known.y, (_, index) => elementAt(index) ?? NaN);
  const expected = gradient(shape, weights, dy);
  expect(expected.some((value) => value !== 0)).toBe(true);
  expectClose(dx, expected, { atol: 1e-12, rtol: 1e-12 });
});

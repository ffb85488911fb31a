/** Plain loops in doubles: the ground truth of the kernels' tests. Activations are [channel, row, column, image]. */
import type { ConvShape } from '../../src/kernels/conv2d/conv-shape.ts';
import type { MatmulShape } from '../../src/kernels/matmul/matmul-shape.ts';

const ceil4 = (size: number): number => Math.ceil(size / 4) * 4;

/** Visits every product of a convolution, with the places of its weight, input and output. */
function everyProduct(shape: ConvShape, visit: (weight: number, x: number, y: number) => void): void {
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
  const ins = shape.inChannels / groups;
  const outs = shape.outChannels / groups;
  for (let group = 0; group < groups; group++)
    for (let i = 0; i < ins; i++)
      for (let a = 0; a < kernelHeight; a++)
        for (let b = 0; b < kernelWidth; b++)
          for (let o = 0; o < outs; o++)
            for (let row = 0; row < outHeight; row++)
              for (let column = 0; column < outWidth; column++) {
                const inRow = row * stride + a - padding;
                const inColumn = column * stride + b - padding;
                if (inRow < 0 || inRow >= inHeight || inColumn < 0 || inColumn >= inWidth) continue;
                const weight = (((group * ins + i) * kernelHeight + a) * kernelWidth + b) * ceil4(outs) + o;
                const x = (((group * ins + i) * inHeight + inRow) * inWidth + inColumn) * batch;
                const y = (((group * outs + o) * outHeight + row) * outWidth + column) * batch;
                for (let n = 0; n < batch; n++) visit(weight, x + n, y + n);
              }
}

export function conv2d(
  shape: ConvShape,
  weights: Float32Array,
  bias: Float32Array,
  x: Float32Array,
): Float64Array {
  const { groups, outChannels, outHeight, outWidth, batch } = shape;
  const outs = outChannels / groups;
  const plane = outHeight * outWidth * batch;
  const y = Float64Array.from({ length: outChannels * plane }, (_, index) => {
    const channel = Math.floor(index / plane);
    return bias[Math.floor(channel / outs) * ceil4(outs) + (channel % outs)]!;
  });
  everyProduct(shape, (weight, input, output) => {
    y[output]! += weights[weight]! * x[input]!;
  });
  return y;
}

/** @param weights in the layout of the forward pass */
export function conv2dInputGradient(shape: ConvShape, weights: Float32Array, dy: Float32Array): Float64Array {
  const dx = new Float64Array(shape.inChannels * shape.inHeight * shape.inWidth * shape.batch);
  everyProduct(shape, (weight, input, output) => {
    dx[input]! += weights[weight]! * dy[output]!;
  });
  return dx;
}

export function conv2dWeightGradient(shape: ConvShape, x: Float32Array, dy: Float32Array): Float64Array {
  const { groups, inChannels, outChannels, kernelHeight, kernelWidth } = shape;
  const dw = new Float64Array(inChannels * kernelHeight * kernelWidth * ceil4(outChannels / groups));
  everyProduct(shape, (weight, input, output) => {
    dw[weight]! += x[input]! * dy[output]!;
  });
  return dw;
}

/** c[m, n] = bias[m] + Σ_k a[k, m] · b[k, n], every row padded to a multiple of 4 but those of one or two by themselves; what pads c is zero here. */
export function matmul(
  shape: MatmulShape,
  a: Float32Array,
  bias: Float32Array,
  b: Float32Array,
): Float64Array {
  const { rows, columns, depth } = shape;
  const pitch = shape.images ?? ceil4(columns);
  const c = new Float64Array(rows * pitch);
  for (let m = 0; m < rows; m++)
    for (let n = 0; n < columns; n++) {
      let sum = bias[m]!;
      for (let k = 0; k < depth; k++) sum += a[k * ceil4(rows) + m]! * b[k * pitch + n]!;
      c[m * pitch + n] = sum;
    }
  return c;
}

/** [groups, rows, taps, columns padded to 4] → [groups, columns, taps, rows padded to 4]. */
export function transpose(
  groups: number,
  rows: number,
  taps: number,
  columns: number,
  x: Float32Array,
): Float64Array {
  const y = new Float64Array(groups * columns * taps * ceil4(rows));
  for (let group = 0; group < groups; group++)
    for (let row = 0; row < rows; row++)
      for (let tap = 0; tap < taps; tap++)
        for (let column = 0; column < columns; column++)
          y[((group * columns + column) * taps + tap) * ceil4(rows) + row] =
            x[((group * rows + row) * taps + tap) * ceil4(columns) + column]!;
  return y;
}

/**
 * Max-pooling and its gradient by their definitions; see `shaders/layers/max-pool.wgsl`.
 * Cases: windows that overlap, lie side by side or apart, and are clipped at the edge; of one, two and many images.
 */
import {
  atLeastOne,
  bytes,
  type Case,
  exact,
  type FamilyCases,
  floats,
  type Operand,
  unwritten,
  whole,
} from '../case.ts';
import { type FamilyReference, type Operands, placeOf, type Reference, sizes } from '../reference.ts';
import { maxPool, maxPoolFamily, maxPoolInputGradient, type PoolShape } from './max-pool.ts';

const shapeOf = (operands: Operands) =>
  sizes(operands, 'CHANNELS', 'IN_HEIGHT', 'IN_WIDTH', 'OUT_HEIGHT', 'OUT_WIDTH', 'SIZE', 'STRIDE');

/** The largest value of an output's window and its place in it, the first of equals. */
function maximaOf(operands: Operands, batch: number) {
  const { IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, SIZE, STRIDE } = shapeOf(operands);
  const x = operands.values('x');
  return (index: number) => {
    const [channel, row, column, image] = placeOf(index, OUT_HEIGHT, OUT_WIDTH, batch);
    let [most, place] = [-Infinity, 0];
    for (let a = 0; a < SIZE; a++)
      for (let b = 0; b < SIZE; b++) {
        const [y, z] = [row * STRIDE + a, column * STRIDE + b];
        if (y >= IN_HEIGHT || z >= IN_WIDTH) continue;
        const value = x(((channel * IN_HEIGHT + y) * IN_WIDTH + z) * batch + image);
        if (value > most) [most, place] = [value, a * SIZE + b];
      }
    return { most, place };
  };
}

/** dx[c, i, j, n] = Σ of dy over the windows whose argmax (i, j) is. */
const gradient: Reference = {
  measured: true,
  bytesBelow: ({ SIZE = 1 }) => ({ argmax: SIZE * SIZE }),
  results: {
    dx: (operands) => {
      const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, SIZE, STRIDE } = shapeOf(operands);
      const [argmax, dy] = [operands.values('argmax', 'bytes'), operands.values('dy')];
      const batch = operands.length('dx') / (CHANNELS * IN_HEIGHT * IN_WIDTH);
      const together = Math.min(4, batch);
      return (index) => {
        const [channel, y, z, image] = placeOf(index, IN_HEIGHT, IN_WIDTH, batch);
        let sum = 0;
        for (let row = 0; row < OUT_HEIGHT; row++)
          for (let column = 0; column < OUT_WIDTH; column++) {
            const [a, b] = [y - row * STRIDE, z - column * STRIDE];
            if (a < 0 || b < 0 || a >= SIZE || b >= SIZE) continue;
            const at = ((channel * OUT_HEIGHT + row) * OUT_WIDTH + column) * batch + image;
            const [word, byte] = placeOf(at, together);
            if (argmax(4 * word + byte) === a * SIZE + b) sum += dy(at);
          }
        return sum;
      };
    },
  },
};

export const maxPoolReference = {
  forward: {
    measured: true,
    results: {
      y: (operands) => {
        const { CHANNELS, OUT_HEIGHT, OUT_WIDTH } = shapeOf(operands);
        const batch = operands.length('y') / (CHANNELS * OUT_HEIGHT * OUT_WIDTH);
        const maximumOf = maximaOf(operands, batch);
        return (index) => maximumOf(index).most;
      },
      /** A byte for each image of an element, which is a word however few they are. */
      argmax: (operands) => {
        const { CHANNELS, OUT_HEIGHT, OUT_WIDTH } = shapeOf(operands);
        const batch = operands.length('y') / (CHANNELS * OUT_HEIGHT * OUT_WIDTH);
        const together = Math.min(4, batch);
        const maximumOf = maximaOf(operands, batch);
        return (index) => {
          const [word, byte] = placeOf(index, 4);
          return byte < together ? maximumOf(word * together + byte).place : 0;
        };
      },
    },
  },
  input_gradient: gradient,
  apart_gradient: gradient,
} satisfies FamilyReference;

export function poolShape(
  channels: number,
  [inHeight, inWidth]: readonly [number, number],
  size: number,
  stride: number,
  round: (value: number) => number,
  batch: number,
): PoolShape {
  const side = (length: number) => round((length - size) / stride) + 1;
  return {
    channels,
    inHeight,
    inWidth,
    outHeight: side(inHeight),
    outWidth: side(inWidth),
    size,
    stride,
    batch,
  };
}

export const poolShapes: readonly (readonly [name: string, shape: PoolShape])[] = [
  ['one pixel', poolShape(1, [1, 1], 1, 1, Math.floor, 4)],
  ['2 × 2 without overlap, as in LeNet', poolShape(3, [6, 8], 2, 2, Math.ceil, 40)],
  ['3 × 3 overlapping, as in AlexNet', poolShape(2, [7, 9], 3, 2, Math.floor, 8)],
  ['the last window clipped', poolShape(2, [8, 5], 3, 2, Math.ceil, 12)],
  ['side by side, the last window clipped', poolShape(3, [7, 9], 2, 2, Math.ceil, 8)],
  ['side by side, a row left out', poolShape(3, [7, 9], 2, 2, Math.floor, 8)],
  ['gaps between the windows', poolShape(2, [9, 9], 2, 4, Math.floor, 4)],
  ['two images', poolShape(3, [8, 5], 3, 2, Math.ceil, 2)],
  ['two images, windows side by side', poolShape(3, [7, 9], 2, 2, Math.ceil, 2)],
  ['a single image', poolShape(3, [8, 5], 3, 2, Math.ceil, 1)],
  ['the largest window', poolShape(1, [16, 17], 16, 1, Math.floor, 4)],
];

const inputs = ({ channels, inHeight, inWidth, batch }: PoolShape) => channels * inHeight * inWidth * batch;
const outputs = ({ channels, outHeight, outWidth, batch }: PoolShape) =>
  channels * outHeight * outWidth * batch;
/** Bytes of the argmax: a word for each element, however few images it has. */
const argmaxBytes = (shape: PoolShape) => (outputs(shape) / Math.min(4, shape.batch)) * 4;

/** A pool of 2 × 2 that leaves nothing out, by the extent of its output. */
export const poolOf = (
  channels: number,
  [height, width]: readonly [number, number],
  batch: number,
): PoolShape => poolShape(channels, [2 * height, 2 * width], 2, 2, Math.floor, batch);

/** Its argmax. */
export const pooledBytes = (pool: PoolShape): Operand => bytes(argmaxBytes(pool), 4);

const forwardCase = ([name, shape]: (typeof poolShapes)[number]): Case => ({
  name,
  launch: () => maxPool(shape),
  operands: {
    // On a coarse grid, so that windows hold several equal maxima.
    x: whole(inputs(shape), 4),
    y: unwritten(outputs(shape)),
    argmax: unwritten(argmaxBytes(shape), 'bytes'),
  },
  tolerance: exact,
});

const gradientCase = ([name, shape]: (typeof poolShapes)[number]): Case => ({
  name,
  launch: () => maxPoolInputGradient(shape),
  operands: {
    argmax: bytes(argmaxBytes(shape), shape.size ** 2),
    dy: floats(outputs(shape)),
    dx: unwritten(inputs(shape)),
  },
});

/** Whether the gradient goes window by window. */
const isApart = ([, shape]: (typeof poolShapes)[number]) =>
  maxPoolInputGradient(shape).kernel.entryPoint === 'apart_gradient';

const maxPoolCases: FamilyCases<typeof maxPoolFamily> = {
  family: maxPoolFamily,
  reference: maxPoolReference,
  cases: {
    forward: atLeastOne(poolShapes.map(forwardCase)),
    input_gradient: atLeastOne(poolShapes.filter((one) => !isApart(one)).map(gradientCase)),
    apart_gradient: atLeastOne(poolShapes.filter(isApart).map(gradientCase)),
  },
};

export default maxPoolCases;

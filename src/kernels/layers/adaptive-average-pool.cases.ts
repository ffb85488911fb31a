/**
 * Means over windows that share the input out, by PyTorch's rule; see `shaders/layers/adaptive-average-pool.wgsl`.
 * Cases: windows side by side, overlapping and smaller than a pixel; of one, two and many images.
 */
import { atLeastOne, type FamilyCases, floats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import {
  adaptiveAveragePool,
  adaptiveAveragePoolFamily,
  adaptiveAveragePoolInputGradient,
  type AdaptivePoolShape,
} from './adaptive-average-pool.ts';

/** Rows or columns of a window: from ⌊w · in / out⌋ to before ⌈(w + 1) · in / out⌉. */
const span = (window: number, inside: number, out: number): [first: number, end: number] => [
  Math.floor((window * inside) / out),
  Math.ceil(((window + 1) * inside) / out),
];

function windowsOf(operands: Operands) {
  const shape = sizes(operands, 'CHANNELS', 'IN_HEIGHT', 'IN_WIDTH', 'OUT_HEIGHT', 'OUT_WIDTH');
  const windowOf = (row: number, column: number) => {
    const [top, bottom] = span(row, shape.IN_HEIGHT, shape.OUT_HEIGHT);
    const [left, right] = span(column, shape.IN_WIDTH, shape.OUT_WIDTH);
    return { top, bottom, left, right, area: (bottom - top) * (right - left) };
  };
  return { ...shape, windowOf };
}

export const adaptiveAveragePoolReference = {
  forward: {
    results: {
      /** y[c, r, k, n] = mean of x over the window (r, k) */
      y: (operands) => {
        const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, windowOf } = windowsOf(operands);
        const x = operands.values('x');
        const batch = operands.length('y') / (CHANNELS * OUT_HEIGHT * OUT_WIDTH);
        return (index) => {
          const [channel, row, column, image] = placeOf(index, OUT_HEIGHT, OUT_WIDTH, batch);
          const { top, bottom, left, right, area } = windowOf(row, column);
          let sum = 0;
          for (let i = top; i < bottom; i++)
            for (let j = left; j < right; j++)
              sum += x(((channel * IN_HEIGHT + i) * IN_WIDTH + j) * batch + image);
          return sum / area;
        };
      },
    },
  },
  input_gradient: {
    results: {
      /** dx[c, i, j, n] = Σ over the windows that hold (i, j) of dy / area; here dy is `x` and dx is `y`. */
      y: (operands) => {
        const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, windowOf } = windowsOf(operands);
        const dy = operands.values('x');
        const batch = operands.length('y') / (CHANNELS * IN_HEIGHT * IN_WIDTH);
        return (index) => {
          const [channel, i, j, image] = placeOf(index, IN_HEIGHT, IN_WIDTH, batch);
          let sum = 0;
          for (let row = 0; row < OUT_HEIGHT; row++)
            for (let column = 0; column < OUT_WIDTH; column++) {
              const { top, bottom, left, right, area } = windowOf(row, column);
              if (i < top || i >= bottom || j < left || j >= right) continue;
              sum += dy(((channel * OUT_HEIGHT + row) * OUT_WIDTH + column) * batch + image) / area;
            }
          return sum;
        };
      },
    },
  },
} satisfies FamilyReference;

const shapeOf = (
  channels: number,
  [inHeight, inWidth]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  batch = 4,
): AdaptivePoolShape => ({ channels, inHeight, inWidth, outHeight, outWidth, batch });

const shapes = [
  ['windows side by side', shapeOf(3, [12, 6], [6, 3], 8)],
  ['windows that overlap', shapeOf(2, [7, 9], [6, 4])],
  ['the same size', shapeOf(2, [6, 6], [6, 6], 12)],
  ['larger than the input', shapeOf(3, [2, 3], [6, 6])],
  ['two images', shapeOf(2, [7, 9], [6, 4], 2)],
  ['a single image', shapeOf(3, [7, 9], [6, 4], 1)],
  ['one value per channel', shapeOf(5, [5, 4], [1, 1])],
] as const;

const inputs = ({ channels, inHeight, inWidth, batch }: AdaptivePoolShape) =>
  channels * inHeight * inWidth * batch;
const outputs = ({ channels, outHeight, outWidth, batch }: AdaptivePoolShape) =>
  channels * outHeight * outWidth * batch;

const adaptiveAveragePoolCases: FamilyCases<typeof adaptiveAveragePoolFamily> = {
  family: adaptiveAveragePoolFamily,
  reference: adaptiveAveragePoolReference,
  cases: {
    forward: atLeastOne(
      shapes.map(([name, shape]) => ({
        name,
        launch: () => adaptiveAveragePool(shape),
        operands: { x: floats(inputs(shape)), y: unwritten(outputs(shape)) },
      })),
    ),
    input_gradient: atLeastOne(
      shapes.map(([name, shape]) => ({
        name,
        launch: () => adaptiveAveragePoolInputGradient(shape),
        operands: { x: floats(outputs(shape)), y: unwritten(inputs(shape)) },
      })),
    ),
  },
};

export default adaptiveAveragePoolCases;

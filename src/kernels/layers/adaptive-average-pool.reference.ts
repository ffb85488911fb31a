/** Means over windows that share the input out, by PyTorch's rule; see `shaders/layers/adaptive-average-pool.wgsl`. */
import { placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

/** Rows or columns of a window: from ⌊w · in / out⌋ to before ⌈(w + 1) · in / out⌉. */
const span = (window: number, inside: number, out: number): [first: number, end: number] => [
  Math.floor((window * inside) / out),
  Math.ceil(((window + 1) * inside) / out),
];

function shapeOf(operands: Operands) {
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
        const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, windowOf } = shapeOf(operands);
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
        const { CHANNELS, IN_HEIGHT, IN_WIDTH, OUT_HEIGHT, OUT_WIDTH, windowOf } = shapeOf(operands);
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

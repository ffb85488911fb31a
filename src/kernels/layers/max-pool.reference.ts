/** Max-pooling and its gradient by their definitions; see `shaders/layers/max-pool.wgsl`. */
import { placeOf, sizes, type FamilyReference, type Operands, type Reference } from '../reference.ts';

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

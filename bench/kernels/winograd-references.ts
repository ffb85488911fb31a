/** Single elements of the transforms around products of squares; the matrices come from the points, as in `shaders/conv2d/winograd.wgsl`. */
import { divide, finished, sizes, type Known, type Reference } from './reference.ts';

/** The points of squares of 4 or 6; the last one, infinity, is left out. */
const pointsOf = (size: number): readonly number[] => (size === 4 ? [0, 1, -1] : [0, 1, -1, 2, -2]);

/** Coefficients of a polynomial times (x − root), from the constant one up. */
const timesRoot = (polynomial: readonly number[], root: number): number[] =>
  [...polynomial, 0].map((value, power) => (polynomial[power - 1] ?? 0) - root * value);

/** Bᵀ: of each point the polynomial that is zero at the others. */
function spreadMatrix(size: number): number[][] {
  const points = pointsOf(size);
  const rows = [...points, Infinity].map((point) =>
    points.filter((other) => other !== point).reduce<number[]>(timesRoot, [1]),
  );
  return rows.map((row) => Array.from({ length: size }, (_, power) => row[power] ?? 0));
}

/** Aᵀ: the powers of each point. */
function gatherMatrix(size: number, side: number): number[][] {
  return Array.from({ length: side }, (_, power) => [
    ...pointsOf(size).map((point) => point ** power),
    power === side - 1 ? 1 : 0,
  ]);
}

/** The squares of a launch, whose size only its text has: that to which the larger tensor's length fits. */
function squaresOf(known: Known, size: number, channels: number, floats: number) {
  const { OUT_HEIGHT, OUT_WIDTH, KERNEL, GROUPS, BATCH } = sizes(
    known,
    'OUT_HEIGHT',
    'OUT_WIDTH',
    'KERNEL',
    'GROUPS',
    'BATCH',
  );
  const side = size - KERNEL + 1;
  const [down, across] = [Math.ceil(OUT_HEIGHT / side), Math.ceil(OUT_WIDTH / side)];
  const plane = GROUPS * channels * down * across * BATCH;
  return { size, side, down, across, plane, batch: BATCH, fits: size ** 2 * plane === floats };
}

function squares(known: Known, channels: number, floats: number) {
  const found = [4, 6].map((size) => squaresOf(known, size, channels, floats)).find(({ fits }) => fits);
  if (!found) throw new RangeError('the operands of a transform fit squares neither of 4 nor of 6');
  return found;
}

export const inputTransformReference: Reference = {
  result: 'tiles',
  element(known, index) {
    const { IN_CHANNELS, IN_HEIGHT, IN_WIDTH, PADDING } = sizes(
      known,
      'IN_CHANNELS',
      'IN_HEIGHT',
      'IN_WIDTH',
      'PADDING',
    );
    const { size, side, down, across, plane, batch } = squares(known, IN_CHANNELS, known.length);
    const [point, place] = divide(index, plane);
    const [square, image] = divide(place, batch);
    const [rest, column] = divide(square, across);
    const [channel, row] = divide(rest, down);
    const matrix = spreadMatrix(size);
    let sum = 0;
    for (let a = 0; a < size; a++)
      for (let b = 0; b < size; b++) {
        const [y, x] = [row * side + a - PADDING, column * side + b - PADDING];
        if (y < 0 || x < 0 || y >= IN_HEIGHT || x >= IN_WIDTH) continue;
        const factor = (matrix[Math.floor(point / size)]?.[a] ?? NaN) * (matrix[point % size]?.[b] ?? NaN);
        sum += factor * known.at('x', ((channel * IN_HEIGHT + y) * IN_WIDTH + x) * batch + image);
      }
    return sum;
  },
};

export const outputTransformReference: Reference = {
  result: 'y',
  element(known, index) {
    const { OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH } = sizes(known, 'OUT_CHANNELS', 'OUT_HEIGHT', 'OUT_WIDTH');
    const { size, side, down, across, plane, batch } = squares(
      known,
      OUT_CHANNELS,
      known.lengthOf('products'),
    );
    const [pixel, image] = divide(index, batch);
    const [rest, x] = divide(pixel, OUT_WIDTH);
    const [channel, y] = divide(rest, OUT_HEIGHT);
    const [row, a] = divide(y, side);
    const [column, b] = divide(x, side);
    const matrix = gatherMatrix(size, side);
    const at = ((channel * down + row) * across + column) * batch + image;
    let sum = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        sum +=
          (matrix[a]?.[i] ?? NaN) *
          (matrix[b]?.[j] ?? NaN) *
          known.at('products', (i * size + j) * plane + at);
    return finished(known, sum);
  },
};

/**
 * The transforms around products of tiles, by matrices that follow from their points; see `shaders/conv2d/winograd.wgsl`.
 * Cases: convolutions by Winograd: one tile, cut tiles, groups, kernels of 3 and 5, one and two images.
 */
import type { Launch } from '../../gpu/kernel.ts';
import { atLeastOne, type Case, type FamilyCases, floats, type Operand, unwritten } from '../case.ts';
import { rectified } from '../layers/relu.ts';
import { ceil4, type FamilyReference, finished, type Operands, placeOf, sizes } from '../reference.ts';
import {
  biasFloats,
  convShape,
  inputFloats,
  type NamedConvShape,
  outputFloats,
  weightFloats,
} from './conv2d.cases.ts';
import {
  fitsWinograd,
  winogradFamily,
  winogradFilterTransform,
  winogradFloats,
  winogradInputTransform,
  winogradOutputTransform,
  type WinogradShape,
} from './winograd.ts';

/** The points of tiles of 4 or 6; the last one, infinity, is left out. */
const pointsOf = (size: number): readonly number[] => (size === 4 ? [0, 1, -1] : [0, 1, -1, 2, -2]);

/** Coefficients of a polynomial times (x − root), from the constant one up. */
const timesRoot = (polynomial: readonly number[], root: number): number[] =>
  [...polynomial, 0].map((value, power) => (polynomial[power - 1] ?? 0) - root * value);

/** G: powers of each point over the product of its distances from the others; of infinity the highest power alone. */
function filterMatrix(size: number, kernel: number): number[][] {
  const points = pointsOf(size);
  const rows = points.map((point) => {
    const distances = points.filter((other) => other !== point).map((other) => point - other);
    const over = distances.reduce((product, distance) => product * distance, 1);
    return Array.from({ length: kernel }, (_, power) => point ** power / over);
  });
  return [...rows, Array.from({ length: kernel }, (_, power) => (power === kernel - 1 ? 1 : 0))];
}

/** Bᵀ: of each point the polynomial that is zero at the others. */
function inputMatrix(size: number): number[][] {
  const points = pointsOf(size);
  const rows = [...points, Infinity].map((point) =>
    points.filter((other) => other !== point).reduce<number[]>(timesRoot, [1]),
  );
  return rows.map((row) => Array.from({ length: size }, (_, power) => row[power] ?? 0));
}

/** Aᵀ: the powers of each point. */
function outputMatrix(size: number, side: number): number[][] {
  return Array.from({ length: side }, (_, power) => [
    ...pointsOf(size).map((point) => point ** power),
    power === side - 1 ? 1 : 0,
  ]);
}

/** Element (row, column) of matrix · d · matrixᵀ, where d has so many rows and columns. */
function transformed(
  matrix: readonly (readonly number[])[],
  row: number,
  column: number,
  side: number,
  d: (a: number, b: number) => number,
): number {
  let sum = 0;
  for (let a = 0; a < side; a++)
    for (let b = 0; b < side; b++) sum += (matrix[row]?.[a] ?? NaN) * (matrix[column]?.[b] ?? NaN) * d(a, b);
  return sum;
}

function tiles(operands: Operands) {
  const { SIZE, M, OUT_HEIGHT, OUT_WIDTH, BATCH } = sizes(
    operands,
    'SIZE',
    'M',
    'OUT_HEIGHT',
    'OUT_WIDTH',
    'BATCH',
  );
  return { SIZE, M, BATCH, down: Math.ceil(OUT_HEIGHT / M), across: Math.ceil(OUT_WIDTH / M) };
}

export const winogradReference = {
  filter_transform: {
    results: {
      /** U[f, g, i, o] = (G · w[g, i, ·, ·, o] · Gᵀ)[f] */
      transformed: (operands) => {
        const { SIZE, GROUPS, IN_CHANNELS, OUT_CHANNELS, KERNEL } = sizes(
          operands,
          'SIZE',
          'GROUPS',
          'IN_CHANNELS',
          'OUT_CHANNELS',
          'KERNEL',
        );
        const weights = operands.values('weights');
        const pitch = ceil4(OUT_CHANNELS);
        const matrix = filterMatrix(SIZE, KERNEL);
        return (index) => {
          const [row, column, channel, place] = placeOf(index, SIZE, GROUPS * IN_CHANNELS, pitch);
          return transformed(matrix, row, column, KERNEL, (a, b) =>
            weights(((channel * KERNEL + a) * KERNEL + b) * pitch + place),
          );
        };
      },
      /** At the point 1 in both directions the bias, which is what reaches every pixel of a tile once, else zero. */
      transformed_bias: (operands) => {
        const { SIZE, GROUPS, OUT_CHANNELS } = sizes(operands, 'SIZE', 'GROUPS', 'OUT_CHANNELS');
        const bias = operands.values('bias');
        return (index) => {
          const [row, column, place] = placeOf(index, SIZE, GROUPS * ceil4(OUT_CHANNELS));
          return row === 1 && column === 1 ? bias(place) : 0;
        };
      },
    },
  },
  input_transform: {
    measured: true,
    results: {
      /** V[f, g, i, t, n] = (Bᵀ · x[g, i, tile t, n] · B)[f] */
      tiles: (operands) => {
        const { GROUPS, IN_CHANNELS, IN_HEIGHT, IN_WIDTH, PADDING } = sizes(
          operands,
          'GROUPS',
          'IN_CHANNELS',
          'IN_HEIGHT',
          'IN_WIDTH',
          'PADDING',
        );
        const { SIZE, M, BATCH, down, across } = tiles(operands);
        const x = operands.values('x');
        const matrix = inputMatrix(SIZE);
        return (index) => {
          const [i, j, channel, row, column, image] = placeOf(
            index,
            SIZE,
            GROUPS * IN_CHANNELS,
            down,
            across,
            BATCH,
          );
          return transformed(matrix, i, j, SIZE, (a, b) => {
            const [y, z] = [row * M + a - PADDING, column * M + b - PADDING];
            if (y < 0 || z < 0 || y >= IN_HEIGHT || z >= IN_WIDTH) return 0;
            return x(((channel * IN_HEIGHT + y) * IN_WIDTH + z) * BATCH + image);
          });
        };
      },
    },
  },
  output_transform: {
    measured: true,
    results: {
      /** y[g, o, tile t, n] = Aᵀ · Y[·, g, o, t, n] · A */
      y: (operands) => {
        const { GROUPS, OUT_CHANNELS, OUT_HEIGHT, OUT_WIDTH } = sizes(
          operands,
          'GROUPS',
          'OUT_CHANNELS',
          'OUT_HEIGHT',
          'OUT_WIDTH',
        );
        const { SIZE, M, BATCH, down, across } = tiles(operands);
        const products = operands.values('products');
        const plane = GROUPS * OUT_CHANNELS * down * across * BATCH;
        const matrix = outputMatrix(SIZE, M);
        return (index) => {
          const [channel, y, z, image] = placeOf(index, OUT_HEIGHT, OUT_WIDTH, BATCH);
          const [[row, a], [column, b]] = [placeOf(y, M), placeOf(z, M)];
          const at = ((channel * down + row) * across + column) * BATCH + image;
          const sum = transformed(matrix, a, b, SIZE, (i, j) => products((i * SIZE + j) * plane + at));
          return finished(operands, sum);
        };
      },
    },
  },
} satisfies FamilyReference;

export const winogradShapes: readonly NamedConvShape[] = [
  ['one tile of 3 × 3', convShape(1, 1, [3, 3], [3, 3])],
  [
    '13 × 13 in two groups, as conv4 of AlexNet',
    convShape(8, 12, [13, 13], [3, 3], { padding: 1, groups: 2 }),
  ],
  [
    '27 × 27 of 5 × 5 in two groups, as conv2 of AlexNet',
    convShape(4, 8, [27, 27], [5, 5], { padding: 2, groups: 2 }),
  ],
  ['12 × 12 of 5 × 5, as conv2 of LeNet', convShape(20, 50, [12, 12], [5, 5], { batch: 8 })],
  ['no channel count a multiple of 4', convShape(3, 5, [6, 9], [3, 3], { padding: 1 })],
  ['padding as wide as the kernel', convShape(2, 4, [4, 5], [3, 3], { padding: 2, batch: 12 })],
  ['one image', convShape(6, 8, [13, 13], [3, 3], { padding: 1, batch: 1 })],
  ['two images', convShape(6, 8, [9, 7], [5, 5], { padding: 2, batch: 2 })],
];

const shapes = winogradShapes.flatMap(([name, convolution]) =>
  ([4, 6] as const)
    .map((size): [string, WinogradShape] => [`${name}, tiles of ${String(size)}`, { convolution, size }])
    .filter(([, shape]) => fitsWinograd(shape)),
);

const casesOf = (
  launch: (shape: WinogradShape) => Launch,
  operands: (shape: WinogradShape) => Record<string, Operand>,
) =>
  atLeastOne(
    shapes.map(([name, shape]): Case => {
      // Points up to 2 multiply rounding errors by their powers.
      const tolerance = { atol: 1e-4, rtol: 1e-5 };
      return { name, launch: () => launch(shape), operands: operands(shape), tolerance };
    }),
  );

const outputOf = (shape: WinogradShape) => ({
  products: floats(winogradFloats(shape).products),
  y: unwritten(outputFloats(shape.convolution)),
});

const winogradCases: FamilyCases<typeof winogradFamily> = {
  family: winogradFamily,
  reference: winogradReference,
  cases: {
    filter_transform: casesOf(winogradFilterTransform, (shape) => ({
      weights: floats(weightFloats(shape.convolution)),
      bias: floats(biasFloats(shape.convolution)),
      transformed: unwritten(winogradFloats(shape).weights),
      transformed_bias: unwritten(winogradFloats(shape).bias),
    })),
    input_transform: casesOf(winogradInputTransform, (shape) => ({
      x: floats(inputFloats(shape.convolution)),
      tiles: unwritten(winogradFloats(shape).tiles),
    })),
    output_transform: [
      ...casesOf(winogradOutputTransform, outputOf),
      ...casesOf((shape) => rectified(winogradOutputTransform(shape)), outputOf)
        .slice(1, 3)
        .map((one) => ({ ...one, name: `${one.name}, rectified` })),
    ],
  },
};

export default winogradCases;

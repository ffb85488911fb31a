/**
 * Images kept within a ball, and their bytes, too; see `shaders/ascent/project-ball.wgsl`.
 * Cases: fewer and more values than parts, within the ball, on its surface and outside.
 */
import { atLeastOne, exact, type FamilyCases, floats, given, randomFloats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes, sumOver } from '../reference.ts';
import { partialSums } from './batched-dot.cases.ts';
import { productFloats, productParts } from './batched-dot.ts';
import {
  ballChoose,
  ballDistance,
  ballProject,
  type BallShape,
  ballShrink,
  ballSquares,
  clampToCube,
  projectBallFamily,
  squaresWords,
} from './project-ball.ts';

/** Ways of rounding, from the nearest byte to none that moves before it is two away. */
const levels = 17;
const shiftOf = (level: number): number => (level === levels - 1 ? -1 : 0.5 - level / 32);

/** X − centre */
function apartAt(operands: Operands): (at: number) => number {
  const [x, centre] = [operands.values('x'), operands.values('centre')];
  return (at) => x(at) - centre(at);
}

export const projectBallReference = {
  clamp_to_cube: {
    results: {
      /** clamp(X, centre − RADIUS, centre + RADIUS) */
      x: (operands) => {
        const { RADIUS } = sizes(operands, 'RADIUS');
        const [x, centre] = [operands.values('x'), operands.values('centre')];
        return (at) => Math.min(centre(at) + RADIUS, Math.max(centre(at) - RADIUS, x(at)));
      },
    },
  },
  distance_parts: {
    results: {
      partial: (operands) => {
        const apart = apartAt(operands);
        return partialSums(operands, (at) => apart(at) ** 2);
      },
    },
  },
  shrink: {
    results: {
      /** min(1, RADIUS / √Σ of the parts) */
      factor: (operands) => {
        const { BATCH, PARTS, RADIUS } = sizes(operands, 'BATCH', 'PARTS', 'RADIUS');
        const partial = operands.values('partial');
        return (image) => {
          const square = sumOver(PARTS, (part) => partial(part * 4 * BATCH + image));
          return square === 0 ? 1 : Math.min(1, RADIUS / Math.sqrt(square));
        };
      },
    },
  },
  project: {
    results: {
      /** centre + factor · (X − centre) */
      x: (operands) => {
        const { BATCH } = sizes(operands, 'BATCH');
        const [centre, factor, apart] = [
          operands.values('centre'),
          operands.values('factor'),
          apartAt(operands),
        ];
        return (at) => centre(at) + factor(placeOf(at, 4 * BATCH)[1]) * apart(at);
      },
    },
  },
  squares: {
    results: {
      /** [levels, PARTS, batch]: Σ over a part's values of max(⌊|X − centre| + shift(level)⌋, 0)² */
      squares_of: (operands) => {
        const { BATCH, PARTS } = sizes(operands, 'BATCH', 'PARTS');
        const apart = apartAt(operands);
        return (index) => {
          const [level, place] = placeOf(index, PARTS * 4 * BATCH);
          const changeAt = (at: number) => Math.max(Math.floor(Math.abs(apart(at)) + shiftOf(level)), 0);
          return partialSums(operands, (at) => changeAt(at) ** 2)(place);
        };
      },
    },
  },
  choose: {
    results: {
      /** The largest shift whose squares add up to no more than RADIUS², else that of the last level. */
      shifts: (operands) => {
        const { BATCH, PARTS, LIMIT_HIGH, LIMIT_LOW } = sizes(
          operands,
          'BATCH',
          'PARTS',
          'LIMIT_HIGH',
          'LIMIT_LOW',
        );
        const squares = operands.values('squares_of');
        return (image) => {
          for (let level = 0; level < levels - 1; level++) {
            const sum = sumOver(PARTS, (part) => squares((level * PARTS + part) * 4 * BATCH + image));
            if (sum <= LIMIT_HIGH * 65_536 + LIMIT_LOW) return shiftOf(level);
          }
          return shiftOf(levels - 1);
        };
      },
    },
  },
} satisfies FamilyReference;

const shapes: readonly BallShape[] = [
  { values: 7, batch: 4, radius: 5 },
  { values: 1000, batch: 12, radius: 0.25 },
];
const nameOf = ({ values, batch }: BallShape) => `${String(values)} values in ${String(batch)} images`;

const images = ({ values, batch }: BallShape, size = 1) => ({
  x: floats(values * batch, size),
  centre: floats(values * batch, size),
});

/** Images with parts so small that they are within the ball, and others. */
function partsOf({ batch }: BallShape) {
  const parts = randomFloats(productFloats(batch), 3).map((value) => Math.abs(value));
  return given(parts.map((value, at) => (at % 2 === 0 ? 0 : value)));
}

/** Squares that fall from level to level, from another height in every image: the first level fits in one, none in another. */
function fallingSquares({ batch, radius }: BallShape) {
  const heights = [1, 40, 160, 4000];
  return given(
    Uint32Array.from({ length: squaresWords(batch) }, (_, index) => {
      const level = Math.floor(index / (productParts * batch));
      return Math.floor(((heights[index % 4] ?? 0) * (17 - level) * radius * radius) / (17 * 16_000));
    }),
  );
}

const projectBallCases: FamilyCases<typeof projectBallFamily> = {
  family: projectBallFamily,
  reference: projectBallReference,
  cases: {
    clamp_to_cube: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => clampToCube(shape),
        operands: images(shape, 2 * shape.radius),
        tolerance: { atol: 2e-6, rtol: 0 },
      })),
    ),
    distance_parts: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => ballDistance(shape),
        operands: { ...images(shape), partial: unwritten(productFloats(shape.batch)) },
      })),
    ),
    shrink: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => ballShrink(shape),
        operands: { partial: partsOf(shape), factor: unwritten(shape.batch) },
      })),
    ),
    project: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => ballProject(shape),
        operands: { ...images(shape), factor: floats(shape.batch) },
      })),
    ),
    squares: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => ballSquares(shape),
        operands: { ...images(shape, 20), squares_of: unwritten(squaresWords(shape.batch), 'words') },
        tolerance: exact,
      })),
    ),
    choose: atLeastOne(
      [300, 20_000]
        .map((radius) => ({ values: 7, batch: 8, radius }))
        .map((shape) => ({
          name: `radius ${String(shape.radius)}`,
          launch: () => ballChoose(shape),
          operands: { squares_of: fallingSquares(shape), shifts: unwritten(shape.batch) },
          tolerance: exact,
        })),
    ),
  },
};

export default projectBallCases;

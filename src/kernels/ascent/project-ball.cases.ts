/** Fewer and more values than parts, within the ball, on its surface and outside. */
import { atLeastOne, exact, floats, given, randomFloats, unwritten, type FamilyCases } from '../case.ts';
import { productFloats, productParts } from './batched-dot.ts';
import { projectBallReference } from './project-ball.reference.ts';
import {
  ballChoose,
  ballDistance,
  ballProject,
  ballShrink,
  ballSquares,
  clampToCube,
  squaresWords,
  type BallShape,
} from './project-ball.ts';

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

export const projectBallCases: FamilyCases<keyof typeof projectBallReference> = {
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

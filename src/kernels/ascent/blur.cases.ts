/** Passes along rows and columns that reach a pixel, several, and further than the image. */
import { atLeastOne, floats, given, randomFloats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { blurReference } from './blur.reference.ts';
import { blur } from './blur.ts';

const shapes = [
  { channels: 1, height: 9, width: 7, batch: 4 },
  { channels: 3, height: 5, width: 30, batch: 12 },
  { channels: 2, height: 1, width: 2, batch: 4 },
];

const cases = shapes.flatMap((shape, place) =>
  [1, 4, 12].flatMap((reach) =>
    (['rows', 'columns'] as const).map((along): Case => {
      const values = shape.channels * shape.height * shape.width * shape.batch;
      return {
        name: `shape ${String(place + 1)}, along ${along}, reach ${String(reach)}`,
        launch: () => blur({ ...shape, reach, along }),
        operands: {
          sharp: floats(values),
          weights: given(randomFloats(2 * reach + 1, 5)),
          blurred: unwritten(values),
        },
      };
    }),
  ),
);

export const blurCases: FamilyCases<keyof typeof blurReference> = {
  reference: blurReference,
  cases: { main: atLeastOne(cases) },
};

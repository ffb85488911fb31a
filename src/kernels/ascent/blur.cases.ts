/**
 * One pass of a blur; see `shaders/ascent/blur.wgsl`.
 * Cases: passes along rows and columns that reach a pixel, several, and further than the image.
 */
import { atLeastOne, type Case, type FamilyCases, floats, given, randomFloats, unwritten } from '../case.ts';
import { type FamilyReference, placeOf, sizes, sumOver } from '../reference.ts';
import { blur, blurFamily } from './blur.ts';

/** The image laid out with its mirror image behind it, again and again: place 0 is the first of `side` values. */
function mirrored(place: number, side: number): number {
  const row = Array.from({ length: side }, (_, at) => at);
  const period = [...row, ...row.toReversed()];
  return period.at(place % period.length) ?? NaN;
}

export const blurReference = {
  main: {
    results: {
      /** blurred[i] = Σ_t weights[t] · sharp[mirrored(i + t − REACH)] along the pass */
      blurred: (operands) => {
        const { SIDE, INNER, REACH } = sizes(operands, 'SIDE', 'INNER', 'REACH');
        const [sharp, weights] = [operands.values('sharp'), operands.values('weights')];
        return (index) => {
          const [outer, place, inner] = placeOf(index, SIDE, 4 * INNER);
          return sumOver(2 * REACH + 1, (tap) => {
            const from = mirrored(place + tap - REACH, SIDE);
            return weights(tap) * sharp((outer * SIDE + from) * 4 * INNER + inner);
          });
        };
      },
    },
  },
} satisfies FamilyReference;

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

const blurCases: FamilyCases<typeof blurFamily> = {
  family: blurFamily,
  reference: blurReference,
  cases: { main: atLeastOne(cases) },
};

export default blurCases;

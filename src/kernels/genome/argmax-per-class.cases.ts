/** Fewer and more children than a workgroup has lanes, among whom several are equally good. */
import {
  atLeastOne,
  exact,
  floats,
  given,
  randomFloats,
  unwritten,
  whole,
  type FamilyCases,
} from '../case.ts';
import { argmaxPerClassReference } from './argmax-per-class.reference.ts';
import { argmaxPerClass } from './argmax-per-class.ts';

const shapes = [
  [1, 1],
  [10, 3],
  [10, 64],
  [10, 200],
  [3, 5001],
] as const;

/** Two of the first class, two of the second, none of the third. */
function lostOdds(): Float32Array<ArrayBuffer> {
  const odds = randomFloats(600, 5);
  for (const [at, value] of [
    [50, NaN],
    [120, NaN],
    [203, Infinity],
    [330, -Infinity],
  ] as const)
    odds[at] = value;
  return odds;
}

export const argmaxPerClassCases: FamilyCases<keyof typeof argmaxPerClassReference> = {
  reference: argmaxPerClassReference,
  cases: {
    main: atLeastOne([
      ...shapes.map(([classes, children]) => ({
        name: `${String(classes)} classes, ${String(children)} children`,
        launch: () => argmaxPerClass(classes, children),
        operands: {
          log_odds: whole(classes * children, 40),
          confidence: floats(classes * children),
          winners: unwritten(4 * classes, 'words'),
        },
        tolerance: exact,
      })),
      {
        name: 'some children without a number',
        launch: () => argmaxPerClass(3, 200),
        operands: {
          log_odds: given(lostOdds()),
          confidence: floats(600),
          winners: unwritten(12, 'words'),
        },
        tolerance: exact,
      },
    ]),
  },
};

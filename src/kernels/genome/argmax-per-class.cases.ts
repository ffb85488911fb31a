/**
 * The best child of every class; see `shaders/genome/argmax-per-class.wgsl`.
 * Cases: fewer and more children than a workgroup has lanes, among whom several are equally good.
 */
import {
  atLeastOne,
  exact,
  type FamilyCases,
  floats,
  given,
  randomFloats,
  unwritten,
  whole,
} from '../case.ts';
import { type FamilyReference, placeOf, sizes } from '../reference.ts';
import { argmaxPerClass, argmaxPerClassFamily, noChild } from './argmax-per-class.ts';

const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] ?? NaN;

export const argmaxPerClassReference = {
  main: {
    results: {
      /** Words of each class: bits of its log-odds and of its confidence, the child, and the first child without a number. */
      winners: (operands) => {
        const { CHILDREN } = sizes(operands, 'CHILDREN');
        const [logOdds, confidence] = [operands.values('log_odds'), operands.values('confidence')];
        return (index) => {
          const [category, field] = placeOf(index, 4);
          let [best, lost] = [-1, noChild];
          for (let child = CHILDREN - 1; child >= 0; child--) {
            const odds = logOdds(category * CHILDREN + child);
            if (!Number.isFinite(odds)) lost = child;
            else if (best < 0 || odds >= logOdds(category * CHILDREN + best)) best = child;
          }
          const at = category * CHILDREN + best;
          return [bitsOf(logOdds(at)), bitsOf(confidence(at)), best, lost][field];
        };
      },
    },
  },
} satisfies FamilyReference;

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

const argmaxPerClassCases: FamilyCases<typeof argmaxPerClassFamily> = {
  family: argmaxPerClassFamily,
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

export default argmaxPerClassCases;

/**
 * Words written to where a table says; see `shaders/ascent/scatter.wgsl`.
 * Cases: few words and many, among them one whose place lies beyond the target.
 */
import { type Case, exact, type FamilyCases, given, words } from '../case.ts';
import { type FamilyReference, sizes } from '../reference.ts';
import { scatter, scatterFamily } from './scatter.ts';

export const scatterReference = {
  main: {
    results: {
      /** y[place[i]] = x[i]; other places stay. */
      y: (operands) => {
        const { COUNT } = sizes(operands, 'COUNT');
        const [x, place, before] = [operands.values('x'), operands.values('place'), operands.values('y')];
        return (index) => {
          for (let from = 0; from < COUNT; from++) if (place(from) === index) return x(from);
          return before(index);
        };
      },
    },
  },
} satisfies FamilyReference;

function caseOf(count: number): Case {
  const target = 3 * count + 1;
  // The quiet NaN and the denormal would not survive being moved as floats everywhere.
  const x = Uint32Array.from({ length: count }, (_, at) => [0x7fc0_1234, 1, 0x8000_0000, at][at % 4] ?? 0);
  const place = Uint32Array.from({ length: count }, (_, at) => (at === 2 ? target : 3 * (count - at) - 2));
  return {
    name: `${String(count)} words`,
    launch: () => scatter(count, target),
    operands: { x: given(x), place: given(place), y: words(target) },
    tolerance: exact,
  };
}

const scatterCases: FamilyCases<typeof scatterFamily> = {
  family: scatterFamily,
  reference: scatterReference,
  cases: { main: [caseOf(5), caseOf(300)] },
};

export default scatterCases;

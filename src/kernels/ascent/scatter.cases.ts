/** Few words and many, among them one whose place lies beyond the target. */
import { exact, given, words, type Case, type FamilyCases } from '../case.ts';
import { scatterReference } from './scatter.reference.ts';
import { scatter } from './scatter.ts';

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

export const scatterCases: FamilyCases<keyof typeof scatterReference> = {
  reference: scatterReference,
  cases: { main: [caseOf(5), caseOf(300)] },
};

/** Images of one word and of many, and parameters, of eight images of which three improved. */
import { atLeastOne, exact, floats, given, words, type FamilyCases } from '../case.ts';
import { copyImprovedReference } from './copy-improved.reference.ts';
import { copyImprovedImages, copyImprovedParameters } from './copy-improved.ts';

const batch = 8;
const best = new Float32Array(4 * batch).fill(2);
best.set([0, 1, 1, 0, 0, 0, 0, 1], batch);

export const copyImprovedCases: FamilyCases<keyof typeof copyImprovedReference> = {
  reference: copyImprovedReference,
  cases: {
    images: atLeastOne(
      [1, 50, 196].map((count) => ({
        name: `images of ${String(count)} words`,
        launch: () => copyImprovedImages(count, batch),
        operands: { best: given(best), current: words(count * batch), kept: words(count * batch) },
        tolerance: exact,
      })),
    ),
    parameters: [
      {
        name: '33 values',
        launch: () => copyImprovedParameters(33, batch),
        operands: {
          best: given(best),
          current_values: floats(33 * batch),
          kept_values: floats(33 * batch),
        },
        tolerance: exact,
      },
    ],
  },
};

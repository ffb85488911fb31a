/**
 * What belongs to images that improved replaces what was kept; see `shaders/ascent/copy-improved.wgsl`.
 * Cases: images of one word and of many, and parameters, of eight images of which three improved.
 */
import { atLeastOne, exact, type FamilyCases, floats, given, words } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { copyImprovedFamily, copyImprovedImages, copyImprovedParameters } from './copy-improved.ts';

/** The second row of `best` tells. */
function hasImproved(operands: Operands): (image: number) => boolean {
  const { BATCH } = sizes(operands, 'BATCH');
  const best = operands.values('best');
  return (image) => best(4 * BATCH + image) !== 0;
}

export const copyImprovedReference = {
  images: {
    results: {
      kept: (operands) => {
        const [current, kept] = [operands.values('current'), operands.values('kept')];
        const [{ WORDS }, improved] = [sizes(operands, 'WORDS'), hasImproved(operands)];
        return (index) => (improved(placeOf(index, WORDS)[0]) ? current(index) : kept(index));
      },
    },
  },
  parameters: {
    results: {
      kept_values: (operands) => {
        const [current, kept] = [operands.values('current_values'), operands.values('kept_values')];
        const [{ BATCH }, improved] = [sizes(operands, 'BATCH'), hasImproved(operands)];
        return (index) => (improved(placeOf(index, 4 * BATCH)[1]) ? current(index) : kept(index));
      },
    },
  },
} satisfies FamilyReference;

const batch = 8;
const best = new Float32Array(4 * batch).fill(2);
best.set([0, 1, 1, 0, 0, 0, 0, 1], batch);

const copyImprovedCases: FamilyCases<typeof copyImprovedFamily> = {
  family: copyImprovedFamily,
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

export default copyImprovedCases;

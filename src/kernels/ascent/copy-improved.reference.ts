/** What belongs to images that improved replaces what was kept; see `shaders/ascent/copy-improved.wgsl`. */
import { placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

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

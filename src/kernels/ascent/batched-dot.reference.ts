/** Inner products image by image, in parts; see `shaders/ascent/batched-dot.wgsl`. */
import { placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

/** [PARTS, batch]: in an image, Σ of a term over the values part, part + PARTS, … */
export function partialSums(operands: Operands, term: (at: number) => number): (index: number) => number {
  const { VALUES, BATCH, PARTS } = sizes(operands, 'VALUES', 'BATCH', 'PARTS');
  return (index) => {
    const [part, image] = placeOf(index, 4 * BATCH);
    let sum = 0;
    for (let value = part; value < VALUES; value += PARTS) sum += term(value * 4 * BATCH + image);
    return sum;
  };
}

export const batchedDotReference = {
  main: {
    results: {
      partial: (operands) => {
        const [a, b] = [operands.values('a'), operands.values('b')];
        return partialSums(operands, (at) => a(at) * b(at));
      },
    },
  },
} satisfies FamilyReference;

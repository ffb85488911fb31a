/**
 * Inner products image by image, in parts; see `shaders/ascent/batched-dot.wgsl`.
 * Cases: inner products of fewer values than parts, of as many, and of more.
 */
import { type Case, type FamilyCases, floats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { batchedDot, batchedDotFamily, productFloats } from './batched-dot.ts';

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

const caseOf = (values: number, batch: number): Case => ({
  name: `${String(values)} values in ${String(batch)} images`,
  launch: () => batchedDot(values, batch),
  operands: {
    a: floats(values * batch),
    b: floats(values * batch),
    partial: unwritten(productFloats(batch)),
  },
});

const batchedDotCases: FamilyCases<typeof batchedDotFamily> = {
  family: batchedDotFamily,
  reference: batchedDotReference,
  cases: { main: [caseOf(1, 4), caseOf(255, 12), caseOf(256, 4), caseOf(10_001, 8)] },
};

export default batchedDotCases;

/** Inner products of fewer values than parts, of as many, and of more. */
import { floats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { batchedDotReference } from './batched-dot.reference.ts';
import { batchedDot, productFloats } from './batched-dot.ts';

const caseOf = (values: number, batch: number): Case => ({
  name: `${String(values)} values in ${String(batch)} images`,
  launch: () => batchedDot(values, batch),
  operands: {
    a: floats(values * batch),
    b: floats(values * batch),
    partial: unwritten(productFloats(batch)),
  },
});

export const batchedDotCases: FamilyCases<keyof typeof batchedDotReference> = {
  reference: batchedDotReference,
  cases: { main: [caseOf(1, 4), caseOf(255, 12), caseOf(256, 4), caseOf(10_001, 8)] },
};

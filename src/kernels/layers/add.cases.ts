/**
 * The sum of two tensors; see `shaders/layers/add.wgsl`.
 * Cases: sums of tensors whose length four divides or does not.
 */
import { type Case, type FamilyCases, floats } from '../case.ts';
import type { FamilyReference } from '../reference.ts';
import { add, addFamily } from './add.ts';

export const addReference = {
  main: {
    results: {
      /** b ← a + b */
      b: (operands) => {
        const [a, b] = [operands.values('a'), operands.values('b')];
        return (index) => a(index) + b(index);
      },
    },
  },
} satisfies FamilyReference;

const caseOf = (values: number): Case => ({
  name: `${String(values)} values`,
  launch: () => add(values),
  operands: { a: floats(values), b: floats(values) },
});

const addCases: FamilyCases<typeof addFamily> = {
  family: addFamily,
  reference: addReference,
  cases: { main: [caseOf(4), caseOf(5), caseOf(260)] },
};

export default addCases;

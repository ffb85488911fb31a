/** Sums of tensors whose length four divides or does not. */
import { floats, type Case, type FamilyCases } from '../case.ts';
import { addReference } from './add.reference.ts';
import { add } from './add.ts';

const caseOf = (values: number): Case => ({
  name: `${String(values)} values`,
  launch: () => add(values),
  operands: { a: floats(values), b: floats(values) },
});

export const addCases: FamilyCases<keyof typeof addReference> = {
  reference: addReference,
  cases: { main: [caseOf(4), caseOf(5), caseOf(260)] },
};

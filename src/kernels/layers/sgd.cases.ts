/** Steps of descent with momentum and decay. */
import { floats, given, type Case, type FamilyCases } from '../case.ts';
import { sgdReference } from './sgd.reference.ts';
import { sgd } from './sgd.ts';

const caseOf = (values: number): Case => ({
  name: `${String(values)} values`,
  launch: () => sgd(values),
  operands: {
    weight: floats(values),
    velocity: floats(values),
    gradient: floats(values),
    step: given(Float32Array.of(0.1, 0.9, 0.05, 0)),
  },
});

export const sgdCases: FamilyCases<keyof typeof sgdReference> = {
  reference: sgdReference,
  cases: { main: [caseOf(4), caseOf(260)] },
};

/** Dropout of none, of some and of most values, in two layers. */
import { floats, given, unwritten, type Case, type FamilyCases } from '../case.ts';
import { dropoutReference } from './dropout.reference.ts';
import { dropout } from './dropout.ts';

const caseOf = (values: number, rate: number, layer: number): Case => ({
  name: `${String(values)} values, rate ${String(rate)}, layer ${String(layer)}`,
  launch: () => dropout({ values, rate, layer }),
  operands: {
    x: floats(values),
    y: unwritten(values),
    key: given(Uint32Array.of(12_345, 678, 0, 0)),
  },
});

export const dropoutCases: FamilyCases<keyof typeof dropoutReference> = {
  reference: dropoutReference,
  cases: { main: [caseOf(4, 0, 0), caseOf(1000, 0.5, 7), caseOf(1000, 0.25, 1), caseOf(260, 0.9, 0)] },
};

/** Floats as halves: of all sizes that a half may have, and more than a workgroup takes. */
import { given, randomFloats, unwritten, type Case, type FamilyCases } from '../case.ts';
import { packReference } from './pack.reference.ts';
import { pack } from './pack.ts';

const caseOf = (values: number): Case => ({
  name: `${String(values)} values`,
  launch: () => pack(values),
  operands: {
    x: given(randomFloats(values, 1).map((value, index) => value * 2 ** ((index % 30) - 15))),
    packed: unwritten(values, 'halves'),
  },
  // WGSL leaves the direction of rounding open, and lets subnormal halves become zero.
  tolerance: { atol: 2 ** -14, rtol: 2 ** -10 },
});

export const packCases: FamilyCases<keyof typeof packReference> = {
  reference: packReference,
  cases: { main: [caseOf(4), caseOf(400)] },
};

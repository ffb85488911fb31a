/**
 * Floats as halves; see `shaders/matmul/pack.wgsl`.
 * Cases: floats as halves: of all sizes that a half may have, and more than a workgroup takes.
 */
import { type Case, type FamilyCases, given, randomFloats, unwritten } from '../case.ts';
import type { FamilyReference } from '../reference.ts';
import { pack, packFamily } from './pack.ts';

export const packReference = {
  main: { results: { packed: (operands) => operands.values('x') } },
} satisfies FamilyReference;

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

const packCases: FamilyCases<typeof packFamily> = {
  family: packFamily,
  reference: packReference,
  cases: { main: [caseOf(4), caseOf(400)] },
};

export default packCases;

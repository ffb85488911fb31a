/** Floats as halves; see `shaders/matmul/pack.wgsl`. */
import type { FamilyReference } from '../reference.ts';

export const packReference = {
  main: { results: { packed: (operands) => operands.values('x') } },
} satisfies FamilyReference;

/** The matrix product by its formula; see `shaders/matmul/matmul.wgsl`. */
import { finished, placeOf, sizes, sumOver, type FamilyReference } from '../reference.ts';

export const matmulReference = {
  /** c[m, n] = bias[m] + Σ_k a[k, m] · b[k, n] */
  variants: {
    measured: true,
    results: {
      c: (operands) => {
        const { DEPTH, A_PITCH, M } = sizes(operands, 'DEPTH', 'A_PITCH', 'M');
        const [a, bias, b] = [operands.values('a'), operands.values('bias'), operands.values('b')];
        const pitch = operands.length('c') / M;
        return (index) => {
          const [m, n] = placeOf(index, pitch);
          const sum = bias(m) + sumOver(DEPTH, (k) => a(k * 4 * A_PITCH + m) * b(k * pitch + n));
          return finished(operands, sum);
        };
      },
    },
  },
} satisfies FamilyReference;

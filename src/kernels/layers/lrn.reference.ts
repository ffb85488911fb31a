/** Local response normalisation by its formula; see `shaders/layers/lrn.wgsl`. */
import { placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

/** The channels near one, and s[c] = K + ALPHA / SIZE · Σ over them of x² at a place. */
function normalisation(operands: Operands) {
  const { CHANNELS, SIZE, ALPHA, BETA, K } = sizes(operands, 'CHANNELS', 'SIZE', 'ALPHA', 'BETA', 'K');
  const x = operands.values('x');
  const plane = operands.length('x') / CHANNELS;
  const reach = Math.floor(SIZE / 2);
  const near = (channel: number) =>
    Array.from({ length: SIZE }, (_, index) => channel - reach + index).filter((j) => j >= 0 && j < CHANNELS);
  const scale = (channel: number, place: number) =>
    K + (ALPHA / SIZE) * near(channel).reduce((sum, j) => sum + x(j * plane + place) ** 2, 0);
  return { SIZE, ALPHA, BETA, x, plane, near, scale };
}

export const lrnReference = {
  forward: {
    measured: true,
    results: {
      /** y[c] = x[c] · s[c]^−BETA */
      y: (operands) => {
        const { BETA, x, plane, scale } = normalisation(operands);
        return (index) => {
          const [channel, place] = placeOf(index, plane);
          return x(index) * scale(channel, place) ** -BETA;
        };
      },
    },
  },
  input_gradient: {
    measured: true,
    results: {
      /** dx[c] = dy[c] · s[c]^−BETA − 2 · ALPHA · BETA / SIZE · x[c] · Σ over near j of dy[j] · x[j] · s[j]^(−BETA − 1) */
      dx: (operands) => {
        const { SIZE, ALPHA, BETA, x, plane, near, scale } = normalisation(operands);
        const dy = operands.values('dy');
        return (index) => {
          const [channel, place] = placeOf(index, plane);
          const others = near(channel).reduce((sum, j) => {
            const at = j * plane + place;
            return sum + dy(at) * x(at) * scale(j, place) ** (-BETA - 1);
          }, 0);
          return dy(index) * scale(channel, place) ** -BETA - ((2 * ALPHA * BETA) / SIZE) * x(index) * others;
        };
      },
    },
  },
} satisfies FamilyReference;

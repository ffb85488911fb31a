/** One pass of a blur; see `shaders/ascent/blur.wgsl`. */
import { placeOf, sizes, sumOver, type FamilyReference } from '../reference.ts';

/** The image laid out with its mirror image behind it, again and again: place 0 is the first of `side` values. */
function mirrored(place: number, side: number): number {
  const row = Array.from({ length: side }, (_, at) => at);
  const period = [...row, ...row.toReversed()];
  return period.at(place % period.length) ?? NaN;
}

export const blurReference = {
  main: {
    results: {
      /** blurred[i] = Σ_t weights[t] · sharp[mirrored(i + t − REACH)] along the pass */
      blurred: (operands) => {
        const { SIDE, INNER, REACH } = sizes(operands, 'SIDE', 'INNER', 'REACH');
        const [sharp, weights] = [operands.values('sharp'), operands.values('weights')];
        return (index) => {
          const [outer, place, inner] = placeOf(index, SIDE, 4 * INNER);
          return sumOver(2 * REACH + 1, (tap) => {
            const from = mirrored(place + tap - REACH, SIDE);
            return weights(tap) * sharp((outer * SIDE + from) * 4 * INNER + inner);
          });
        };
      },
    },
  },
} satisfies FamilyReference;

/** Images kept within a ball, and their bytes, too; see `shaders/ascent/project-ball.wgsl`. */
import { placeOf, sizes, sumOver, type FamilyReference, type Operands } from '../reference.ts';
import { partialSums } from './batched-dot.reference.ts';

/** Ways of rounding, from the nearest byte to none that moves before it is two away. */
const levels = 17;
const shiftOf = (level: number): number => (level === levels - 1 ? -1 : 0.5 - level / 32);

/** X − centre */
function apartAt(operands: Operands): (at: number) => number {
  const [x, centre] = [operands.values('x'), operands.values('centre')];
  return (at) => x(at) - centre(at);
}

export const projectBallReference = {
  clamp_to_cube: {
    results: {
      /** clamp(X, centre − RADIUS, centre + RADIUS) */
      x: (operands) => {
        const { RADIUS } = sizes(operands, 'RADIUS');
        const [x, centre] = [operands.values('x'), operands.values('centre')];
        return (at) => Math.min(centre(at) + RADIUS, Math.max(centre(at) - RADIUS, x(at)));
      },
    },
  },
  distance_parts: {
    results: {
      partial: (operands) => {
        const apart = apartAt(operands);
        return partialSums(operands, (at) => apart(at) ** 2);
      },
    },
  },
  shrink: {
    results: {
      /** min(1, RADIUS / √Σ of the parts) */
      factor: (operands) => {
        const { BATCH, PARTS, RADIUS } = sizes(operands, 'BATCH', 'PARTS', 'RADIUS');
        const partial = operands.values('partial');
        return (image) => {
          const square = sumOver(PARTS, (part) => partial(part * 4 * BATCH + image));
          return square === 0 ? 1 : Math.min(1, RADIUS / Math.sqrt(square));
        };
      },
    },
  },
  project: {
    results: {
      /** centre + factor · (X − centre) */
      x: (operands) => {
        const { BATCH } = sizes(operands, 'BATCH');
        const [centre, factor, apart] = [
          operands.values('centre'),
          operands.values('factor'),
          apartAt(operands),
        ];
        return (at) => centre(at) + factor(placeOf(at, 4 * BATCH)[1]) * apart(at);
      },
    },
  },
  squares: {
    results: {
      /** [levels, PARTS, batch]: Σ over a part's values of max(⌊|X − centre| + shift(level)⌋, 0)² */
      squares_of: (operands) => {
        const { BATCH, PARTS } = sizes(operands, 'BATCH', 'PARTS');
        const apart = apartAt(operands);
        return (index) => {
          const [level, place] = placeOf(index, PARTS * 4 * BATCH);
          const changeAt = (at: number) => Math.max(Math.floor(Math.abs(apart(at)) + shiftOf(level)), 0);
          return partialSums(operands, (at) => changeAt(at) ** 2)(place);
        };
      },
    },
  },
  choose: {
    results: {
      /** The largest shift whose squares add up to no more than RADIUS², else that of the last level. */
      shifts: (operands) => {
        const { BATCH, PARTS, LIMIT_HIGH, LIMIT_LOW } = sizes(
          operands,
          'BATCH',
          'PARTS',
          'LIMIT_HIGH',
          'LIMIT_LOW',
        );
        const squares = operands.values('squares_of');
        return (image) => {
          for (let level = 0; level < levels - 1; level++) {
            const sum = sumOver(PARTS, (part) => squares((level * PARTS + part) * 4 * BATCH + image));
            if (sum <= LIMIT_HIGH * 65_536 + LIMIT_LOW) return shiftOf(level);
          }
          return shiftOf(levels - 1);
        };
      },
    },
  },
} satisfies FamilyReference;

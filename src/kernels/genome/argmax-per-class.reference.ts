/** The best child of every class; see `shaders/genome/argmax-per-class.wgsl`. */
import { placeOf, sizes, type FamilyReference } from '../reference.ts';
import { noChild } from './argmax-per-class.ts';

const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] ?? NaN;

export const argmaxPerClassReference = {
  main: {
    results: {
      /** Words of each class: bits of its log-odds and of its confidence, the child, and the first child without a number. */
      winners: (operands) => {
        const { CHILDREN } = sizes(operands, 'CHILDREN');
        const [logOdds, confidence] = [operands.values('log_odds'), operands.values('confidence')];
        return (index) => {
          const [category, field] = placeOf(index, 4);
          let [best, lost] = [-1, noChild];
          for (let child = CHILDREN - 1; child >= 0; child--) {
            const odds = logOdds(category * CHILDREN + child);
            if (!Number.isFinite(odds)) lost = child;
            else if (best < 0 || odds >= logOdds(category * CHILDREN + best)) best = child;
          }
          const at = category * CHILDREN + best;
          return [bitsOf(logOdds(at)), bitsOf(confidence(at)), best, lost][field];
        };
      },
    },
  },
} satisfies FamilyReference;

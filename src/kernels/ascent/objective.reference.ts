/** What is climbed, by definition; see `shaders/ascent/objective.wgsl`. */
import { logOddsOfViews, softmaxOf } from '../layers/softmax.reference.ts';
import { placeOf, sizes, sumOver, type FamilyReference, type Operands } from '../reference.ts';
import { noClassWatched } from './objective.ts';

/** A slot's logits, its weights of probabilities, logits and logarithms, and the watched class. */
function slotsOf(operands: Operands) {
  const { CLASSES, BATCH } = sizes(operands, 'CLASSES', 'BATCH');
  const [logits, weights] = [operands.values('logits'), operands.values('weights')];
  const watched = operands.values('watched');
  return (slot: number) => {
    const column = (of: (index: number) => number, first: number) =>
      Array.from({ length: CLASSES }, (_, k) => of((first + k) * 4 * BATCH + slot));
    const [own, z] = [watched(slot), column(logits, 0)];
    const likeliest = z.indexOf(Math.max(...z));
    return {
      z,
      p: softmaxOf(z),
      byProbability: column(weights, 0),
      byLogit: column(weights, CLASSES),
      byLogarithm: column(weights, 2 * CLASSES),
      likeliest,
      seen: own === noClassWatched ? likeliest : own,
    };
  };
}

type Slot = ReturnType<ReturnType<typeof slotsOf>>;

/** Σ_k P[k] · p[k] + Z[k] · z[k] + L[k] · log p[k] */
const valueOf = ({ z, p, byProbability, byLogit, byLogarithm }: Slot) =>
  z.reduce((sum, logit, k) => {
    const share = p[k] ?? NaN;
    const [P, Z, L] = [byProbability[k] ?? NaN, byLogit[k] ?? NaN, byLogarithm[k] ?? NaN];
    return sum + P * share + Z * logit + L * Math.log(share);
  }, 0);

/** d value / d z[k] = p[k] · (P[k] − Σ_j P[j] · p[j]) + Z[k] + L[k] − p[k] · Σ_j L[j] */
function slopesOf({ p, byProbability, byLogit, byLogarithm }: Slot): number[] {
  const expected = sumOver(p.length, (j) => (byProbability[j] ?? NaN) * (p[j] ?? NaN));
  const logarithms = sumOver(p.length, (j) => byLogarithm[j] ?? NaN);
  return p.map((share, k) => {
    const [P, Z, L] = [byProbability[k] ?? NaN, byLogit[k] ?? NaN, byLogarithm[k] ?? NaN];
    return share * (P - expected) + Z + L - share * logarithms;
  });
}

/** The power of two next below the largest slope, where the gradient is rescaled. */
function scaleOf(operands: Operands, slot: Slot): number {
  const { RESCALE } = sizes(operands, 'RESCALE');
  return RESCALE === 1 ? 2 ** Math.floor(Math.log2(Math.max(...slopesOf(slot).map(Math.abs)))) : 1;
}

/** Rows of value, confidence, likeliest class, scale, and log-odds. */
const outcomeOf =
  (scale: (operands: Operands, slot: Slot, index: number) => number) => (operands: Operands) => {
    const { BATCH } = sizes(operands, 'BATCH');
    const slotAt = slotsOf(operands);
    return (index: number) => {
      const [row, place] = placeOf(index, 4 * BATCH);
      const slot = slotAt(place);
      switch (row) {
        case 0:
          return valueOf(slot);
        case 1:
          return slot.p[slot.seen];
        case 2:
          return slot.likeliest;
        case 3:
          return scale(operands, slot, index);
        default:
          return logOddsOfViews([slot.z])[slot.seen];
      }
    };
  };

export const objectiveReference = {
  differentiate: {
    results: {
      outcome: outcomeOf(scaleOf),
      /** Over the scale. */
      gradient: (operands) => {
        const { BATCH } = sizes(operands, 'BATCH');
        const slotAt = slotsOf(operands);
        return (index) => {
          const [k, place] = placeOf(index, 4 * BATCH);
          const slot = slotAt(place);
          return (slopesOf(slot)[k] ?? NaN) / scaleOf(operands, slot);
        };
      },
    },
  },
  /** The scale stays what it was. */
  judge: {
    results: { outcome: outcomeOf((operands, _, index) => operands.values('outcome')(index)) },
  },
} satisfies FamilyReference;

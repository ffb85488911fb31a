/** What is climbed, by definition; see `shaders/ascent/objective.wgsl`. */
import { logOddsOfViews, softmaxOf } from '../layers/softmax.reference.ts';
import { placeOf, sizes, sumOver, type FamilyReference, type Operands } from '../reference.ts';
import { noClassWatched } from './objective.ts';

/** An image's logits, its weights of probabilities, logits and logarithms, and the watched class. */
function objectivesOf(operands: Operands) {
  const { CLASSES, BATCH } = sizes(operands, 'CLASSES', 'BATCH');
  const [logits, weights] = [operands.values('logits'), operands.values('weights')];
  const watched = operands.values('watched');
  return (image: number) => {
    const column = (of: (index: number) => number, first: number) =>
      Array.from({ length: CLASSES }, (_, k) => of((first + k) * 4 * BATCH + image));
    const [own, z] = [watched(image), column(logits, 0)];
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

type Objective = ReturnType<ReturnType<typeof objectivesOf>>;

/** Σ_k P[k] · p[k] + Z[k] · z[k] + L[k] · log p[k] */
const valueOf = ({ z, p, byProbability, byLogit, byLogarithm }: Objective) =>
  z.reduce((sum, logit, k) => {
    const share = p[k] ?? NaN;
    const [P, Z, L] = [byProbability[k] ?? NaN, byLogit[k] ?? NaN, byLogarithm[k] ?? NaN];
    return sum + P * share + Z * logit + L * Math.log(share);
  }, 0);

/** d value / d z[k] = p[k] · (P[k] − Σ_j P[j] · p[j]) + Z[k] + L[k] − p[k] · Σ_j L[j] */
function slopesOf({ p, byProbability, byLogit, byLogarithm }: Objective): number[] {
  const expected = sumOver(p.length, (j) => (byProbability[j] ?? NaN) * (p[j] ?? NaN));
  const logarithms = sumOver(p.length, (j) => byLogarithm[j] ?? NaN);
  return p.map((share, k) => {
    const [P, Z, L] = [byProbability[k] ?? NaN, byLogit[k] ?? NaN, byLogarithm[k] ?? NaN];
    return share * (P - expected) + Z + L - share * logarithms;
  });
}

/** The power of two next below the largest slope, where the gradient is rescaled. */
function scaleOf(operands: Operands, objective: Objective): number {
  const { RESCALE } = sizes(operands, 'RESCALE');
  return RESCALE === 1 ? 2 ** Math.floor(Math.log2(Math.max(...slopesOf(objective).map(Math.abs)))) : 1;
}

/** Rows of value, confidence, likeliest class, scale, and log-odds. */
const outcomeOf =
  (scale: (operands: Operands, objective: Objective, index: number) => number) => (operands: Operands) => {
    const { BATCH } = sizes(operands, 'BATCH');
    const objectiveAt = objectivesOf(operands);
    return (index: number) => {
      const [row, place] = placeOf(index, 4 * BATCH);
      const objective = objectiveAt(place);
      switch (row) {
        case 0:
          return valueOf(objective);
        case 1:
          return objective.p[objective.seen];
        case 2:
          return objective.likeliest;
        case 3:
          return scale(operands, objective, index);
        default:
          return logOddsOfViews([objective.z])[objective.seen];
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
        const objectiveAt = objectivesOf(operands);
        return (index) => {
          const [k, place] = placeOf(index, 4 * BATCH);
          const objective = objectiveAt(place);
          return (slopesOf(objective)[k] ?? NaN) / scaleOf(operands, objective);
        };
      },
    },
  },
  /** The scale stays what it was. */
  judge: {
    results: { outcome: outcomeOf((operands, _, index) => operands.values('outcome')(index)) },
  },
} satisfies FamilyReference;

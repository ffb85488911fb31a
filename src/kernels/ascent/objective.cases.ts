/**
 * What is climbed, by definition; see `shaders/ascent/objective.wgsl`.
 * Cases: objectives of one class and of more than a workgroup has lanes; of images that watch a class and of some that watch none.
 */
import { atLeastOne, type Case, type FamilyCases, floats, given, unwritten } from '../case.ts';
import { logOddsOfViews, softmaxOf } from '../layers/softmax.cases.ts';
import { type FamilyReference, type Operands, placeOf, sizes, sumOver } from '../reference.ts';
import {
  differentiateObjective,
  judgeObjective,
  noClassWatched,
  objectiveFamily,
  type ObjectiveShape,
  outcomeFloats,
} from './objective.ts';

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

const counts = [
  [10, 4],
  [10, 12],
  [3, 8],
  [1, 4],
  [200, 4],
] as const;

function operandsOf({ classes, batch }: ObjectiveShape) {
  const watched = Uint32Array.from({ length: batch }, (_, image) =>
    image % 3 === 2 ? noClassWatched : (image * 5) % classes,
  );
  return {
    logits: floats(classes * batch, 4),
    weights: floats(3 * classes * batch),
    watched: given(watched),
  };
}

const shapes = counts.map(([classes, batch], place) => ({ classes, batch, rescale: place % 3 !== 1 }));
const nameOf = ({ classes, batch, rescale }: ObjectiveShape) =>
  `${String(classes)} classes of ${String(batch)} images${rescale ? ', rescaled' : ''}`;
const tolerance = { atol: 1e-4, rtol: 1e-4 };

const objectiveCases: FamilyCases<typeof objectiveFamily> = {
  family: objectiveFamily,
  reference: objectiveReference,
  cases: {
    differentiate: atLeastOne(
      shapes.map((shape): Case => ({
        name: nameOf(shape),
        launch: () => differentiateObjective(shape),
        operands: {
          ...operandsOf(shape),
          outcome: unwritten(outcomeFloats(shape.batch)),
          gradient: unwritten(shape.classes * shape.batch),
        },
        tolerance,
      })),
    ),
    judge: atLeastOne(
      shapes.map((shape): Case => ({
        name: nameOf({ ...shape, rescale: false }),
        launch: () => judgeObjective(shape),
        operands: { ...operandsOf(shape), outcome: floats(outcomeFloats(shape.batch)) },
        tolerance,
      })),
    ),
  },
};

export default objectiveCases;

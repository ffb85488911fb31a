/** Objectives of one class and of more than a workgroup has lanes; of images that watch a class and of some that watch none. */
import { atLeastOne, floats, given, unwritten, type Case, type FamilyCases } from '../case.ts';
import { objectiveReference } from './objective.reference.ts';
import {
  differentiateObjective,
  judgeObjective,
  noClassWatched,
  outcomeFloats,
  type ObjectiveShape,
} from './objective.ts';

const sizes = [
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

const shapes = sizes.map(([classes, batch], place) => ({ classes, batch, rescale: place % 3 !== 1 }));
const nameOf = ({ classes, batch, rescale }: ObjectiveShape) =>
  `${String(classes)} classes of ${String(batch)} images${rescale ? ', rescaled' : ''}`;
const tolerance = { atol: 1e-4, rtol: 1e-4 };

export const objectiveCases: FamilyCases<keyof typeof objectiveReference> = {
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

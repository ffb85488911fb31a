/** One value and many, of one image and of two. */
import { atLeastOne, exact, floats, unwritten, type FamilyCases } from '../case.ts';
import { compactBatchReference } from './compact-batch.reference.ts';
import { giveImages, takeImages } from './compact-batch.ts';

const shapes = [
  [1, 1],
  [1001, 1],
  [3, 2],
  [1000, 2],
] as const;
const nameOf = (values: number, images: number) => `${String(values)} values, images ${String(images)}`;

export const compactBatchCases: FamilyCases<keyof typeof compactBatchReference> = {
  reference: compactBatchReference,
  cases: {
    take: atLeastOne(
      shapes.map(([values, images]) => ({
        name: nameOf(values, images),
        launch: () => takeImages(values, images),
        operands: { padded: floats(4 * values), images: unwritten(images * values) },
        tolerance: exact,
      })),
    ),
    give: atLeastOne(
      shapes.map(([values, images]) => ({
        name: nameOf(values, images),
        launch: () => giveImages(values, images),
        operands: { padded: unwritten(4 * values), images: floats(images * values) },
        tolerance: exact,
      })),
    ),
  },
};

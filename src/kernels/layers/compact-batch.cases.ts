/**
 * Between a batch padded to four images and the first one or two of them; see `shaders/layers/compact-batch.wgsl`.
 * Cases: one value and many, of one image and of two.
 */
import { atLeastOne, exact, type FamilyCases, floats, unwritten } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { compactBatchFamily, giveImages, takeImages } from './compact-batch.ts';

const imagesOf = (operands: Operands): number => operands.length('images') / sizes(operands, 'COUNT').COUNT;

export const compactBatchReference = {
  take: {
    results: {
      images: (operands) => {
        const [padded, images] = [operands.values('padded'), imagesOf(operands)];
        return (index) => {
          const [value, image] = placeOf(index, images);
          return padded(4 * value + image);
        };
      },
    },
  },
  give: {
    results: {
      /** Zero in the padding. */
      padded: (operands) => {
        const [values, images] = [operands.values('images'), imagesOf(operands)];
        return (index) => {
          const [value, image] = placeOf(index, 4);
          return image < images ? values(images * value + image) : 0;
        };
      },
    },
  },
} satisfies FamilyReference;

const shapes = [
  [1, 1],
  [1001, 1],
  [3, 2],
  [1000, 2],
] as const;
const nameOf = (values: number, images: number) => `${String(values)} values, images ${String(images)}`;

const compactBatchCases: FamilyCases<typeof compactBatchFamily> = {
  family: compactBatchFamily,
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

export default compactBatchCases;

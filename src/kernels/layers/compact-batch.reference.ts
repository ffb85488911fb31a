/** Between a batch padded to four images and the first one or two of them; see `shaders/layers/compact-batch.wgsl`. */
import { placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

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

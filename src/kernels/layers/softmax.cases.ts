/** Confidences of one and many views, whole batches and the rest of one; cross-entropy of batches with padding. */
import { atLeastOne, floats, given, unwritten, words, type FamilyCases } from '../case.ts';
import { softmaxReference } from './softmax.reference.ts';
import { confidence, crossEntropy } from './softmax.ts';

const confidences = [
  ['ten classes, one view', { classes: 10, batch: 40, images: 37, views: 1, allImages: 37 }, 0],
  ['one class', { classes: 1, batch: 4, images: 1, views: 1, allImages: 1 }, 0],
  ['ten views averaged', { classes: 7, batch: 32, images: 3, views: 10, allImages: 5 }, 2],
  ['a last turn that is not full', { classes: 5, batch: 8, images: 8, views: 1, allImages: 11 }, 8],
  ['a thousand classes', { classes: 1000, batch: 8, images: 6, views: 1, allImages: 6 }, 0],
] as const;

export const softmaxCases: FamilyCases<keyof typeof softmaxReference> = {
  reference: softmaxReference,
  cases: {
    confidence: atLeastOne(
      confidences.map(([name, shape, first]) => ({
        name,
        launch: () => confidence(shape),
        operands: {
          logits: floats(shape.classes * shape.batch, 30),
          result: unwritten(shape.classes * shape.allImages),
          first: given(Uint32Array.of(first, 0, 0, 0)),
          log_odds: unwritten(shape.classes * shape.allImages),
        },
        tolerance: { atol: 2e-5, rtol: 2e-5 },
      })),
    ),
    cross_entropy: [
      {
        name: 'ten classes, a batch with padding',
        launch: () => crossEntropy(10, 40, 37),
        operands: {
          logits: floats(400, 8),
          result: unwritten(400),
          targets: words(40, 10),
          loss: unwritten(40),
        },
      },
    ],
  },
};

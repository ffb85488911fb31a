/**
 * Softmax, log-odds and cross-entropy by their definitions; see `shaders/layers/softmax.wgsl`.
 * Cases: confidences of one and many views, whole batches and the rest of one; cross-entropy of batches with padding.
 */
import { atLeastOne, type FamilyCases, floats, given, unwritten, words } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { confidence, crossEntropy, softmaxFamily } from './softmax.ts';

/** Finite, as kernels limit them. */
const mostLogOdds = 3e38;

export function softmaxOf(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** log Σ e^x */
function logSum(values: readonly number[]): number {
  const most = Math.max(...values);
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** log Σ e^x over all values but one. */
function logSumWithout(values: readonly number[], left: number): number {
  const all = logSum(values);
  const share = Math.exp((values[left] ?? NaN) - all);
  // A subtraction cancels nothing where the one is not most of it.
  return share > 0.5 ? logSum(values.filter((_, other) => other !== left)) : all + Math.log1p(-share);
}

/**
 * log p − log(1 − p) of every class, where p is the mean of its probability over the views.
 * @param views logits of each view, by class
 */
export function logOddsOfViews(views: readonly (readonly number[])[]): number[] {
  const sums = views.map(logSum);
  const classes = views[0]?.length ?? 0;
  if (classes === 1) return [mostLogOdds];
  return Array.from({ length: classes }, (_, number) => {
    const own = views.map((logits, view) => (logits[number] ?? NaN) - (sums[view] ?? NaN));
    const others = views.map((logits, view) => logSumWithout(logits, number) - (sums[view] ?? NaN));
    return Math.max(-mostLogOdds, Math.min(mostLogOdds, logSum(own) - logSum(others)));
  });
}

/** The logits of an input by class. */
function logitsOf(operands: Operands): (input: number) => number[] {
  const { CLASSES, PITCH } = sizes(operands, 'CLASSES', 'PITCH');
  const logits = operands.values('logits');
  return (input) => Array.from({ length: CLASSES }, (_, category) => logits(category * PITCH + input));
}

/** A result [CLASSES, OUTPUT_PITCH] of which this batch writes the images from `first` on; the others stay. */
function ofImages(name: string, valuesOf: (views: number[][]) => number[]) {
  return (operands: Operands) => {
    const { COUNT, VIEWS, OUTPUT_PITCH } = sizes(operands, 'COUNT', 'VIEWS', 'OUTPUT_PITCH');
    const [first, before] = [operands.values('first')(0), operands.values(name)];
    const logitsOfInput = logitsOf(operands);
    const byCategory = Array.from({ length: COUNT }, (_, image) =>
      valuesOf(Array.from({ length: VIEWS }, (__, view) => logitsOfInput(image * VIEWS + view))),
    );
    return (index: number) => {
      const [category, place] = placeOf(index, OUTPUT_PITCH);
      return byCategory[place - first]?.[category] ?? before(index);
    };
  };
}

export const softmaxReference = {
  confidence: {
    results: {
      /** The mean over an image's views of the probability of a class. */
      result: ofImages('result', (views) => {
        const shares = views.map(softmaxOf);
        const sum = (category: number) => shares.reduce((total, one) => total + (one[category] ?? NaN), 0);
        return (shares[0] ?? []).map((_, category) => sum(category) / views.length);
      }),
      log_odds: ofImages('log_odds', logOddsOfViews),
    },
  },
  cross_entropy: {
    results: {
      /** d logits = (softmax − onehot(target)) / COUNT; zero in padding */
      result: (operands) => {
        const { PITCH, COUNT } = sizes(operands, 'PITCH', 'COUNT');
        const [logitsOfInput, targets] = [logitsOf(operands), operands.values('targets')];
        return (index) => {
          const [category, input] = placeOf(index, PITCH);
          if (input >= COUNT) return 0;
          const share = softmaxOf(logitsOfInput(input))[category] ?? NaN;
          return (share - (targets(input) === category ? 1 : 0)) / COUNT;
        };
      },
      /** −log softmax(logits)[target] */
      loss: (operands) => {
        const { COUNT } = sizes(operands, 'COUNT');
        const [logitsOfInput, targets] = [logitsOf(operands), operands.values('targets')];
        return (input) =>
          input < COUNT ? -Math.log(softmaxOf(logitsOfInput(input))[targets(input)] ?? NaN) : 0;
      },
    },
  },
} satisfies FamilyReference;

const confidences = [
  ['ten classes, one view', { classes: 10, batch: 40, images: 37, views: 1, allImages: 37 }, 0],
  ['one class', { classes: 1, batch: 4, images: 1, views: 1, allImages: 1 }, 0],
  ['ten views averaged', { classes: 7, batch: 32, images: 3, views: 10, allImages: 5 }, 2],
  ['a last turn that is not full', { classes: 5, batch: 8, images: 8, views: 1, allImages: 11 }, 8],
  ['a thousand classes', { classes: 1000, batch: 8, images: 6, views: 1, allImages: 6 }, 0],
] as const;

const softmaxCases: FamilyCases<typeof softmaxFamily> = {
  family: softmaxFamily,
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

export default softmaxCases;

/** Percentiles from none to all, by either key, of whole numbers, so that keys are exact and many are equal. */
import { atLeastOne, exact, given, unwritten, whole, type Case, type FamilyCases } from '../case.ts';
import { clipSmallReference } from './clip-small.reference.ts';
import { clearSmallPixels, rankOf, smallPixelThreshold, type SmallPixelsShape } from './clip-small.ts';

const shapes = [
  { channels: 1, height: 28, width: 28, batch: 4 },
  { channels: 3, height: 13, width: 37, batch: 12 },
  { channels: 2, height: 1, width: 1, batch: 4 },
];

interface Named {
  readonly name: string;
  readonly shape: SmallPixelsShape;
}

/** Every percentile by either key, every shape by either key. */
const all = [0, 50, 99.9, 100].flatMap((percent, place) =>
  [false, true].flatMap((contribution): Named[] => {
    const size = shapes[(place + (contribution ? 1 : 0)) % shapes.length];
    if (!size) return [];
    const { channels, height, width } = size;
    return [
      {
        name: `${String(channels)} channels, ${String(percent)} %, by ${contribution ? 'contribution' : 'norm'}`,
        shape: { ...size, contribution, rank: rankOf(percent, height * width) },
      },
    ];
  }),
);

const operandsOf = ({ channels, height, width, batch }: SmallPixelsShape) => {
  const values = channels * height * width * batch;
  return { x: whole(values, 40), g: whole(values, 40) };
};

const cleared = ({ name, shape }: Named): Case => ({
  name,
  launch: () => clearSmallPixels(shape),
  operands: {
    ...operandsOf(shape),
    thresholds: given(
      Float32Array.from({ length: shape.batch }, (_, image) => [400, 0, 1, 1e6][image % 4] ?? 0),
    ),
  },
  tolerance: exact,
});

export const clipSmallCases: FamilyCases<keyof typeof clipSmallReference> = {
  reference: clipSmallReference,
  cases: {
    threshold: atLeastOne(
      all.map(({ name, shape }) => ({
        name,
        launch: () => smallPixelThreshold(shape),
        operands: { ...operandsOf(shape), thresholds: unwritten(shape.batch) },
        tolerance: exact,
      })),
    ),
    clear: atLeastOne(all.slice(0, 4).map(cleared)),
  },
};

/**
 * Pixels of small keys; see `shaders/ascent/clip-small.wgsl`.
 * Cases: percentiles from none to all, by either key, of whole numbers, so that keys are exact and many are equal.
 */
import { atLeastOne, type Case, exact, type FamilyCases, given, unwritten, whole } from '../case.ts';
import { type FamilyReference, type Operands, placeOf, sizes, sumOver } from '../reference.ts';
import {
  clearSmallPixels,
  clipSmallFamily,
  rankOf,
  type SmallPixelsShape,
  smallPixelThreshold,
} from './clip-small.ts';

/** |Σ over channels of X · g|, or of X². */
function keysOf(operands: Operands) {
  const { CHANNELS, PIXELS, BATCH, CONTRIBUTION } = sizes(
    operands,
    'CHANNELS',
    'PIXELS',
    'BATCH',
    'CONTRIBUTION',
  );
  const [x, g] = [operands.values('x'), operands.values('g')];
  return (pixel: number, image: number) => {
    const sum = sumOver(CHANNELS, (channel) => {
      const at = (channel * PIXELS + pixel) * 4 * BATCH + image;
      return x(at) * (CONTRIBUTION === 1 ? g(at) : x(at));
    });
    return Math.abs(sum);
  };
}

export const clipSmallReference = {
  threshold: {
    results: {
      /** The key of rank RANK among an image's pixels, from 0 for the smallest. */
      thresholds: (operands) => {
        const { PIXELS, RANK } = sizes(operands, 'PIXELS', 'RANK');
        const keyOf = keysOf(operands);
        return (image) => {
          const keys = Array.from({ length: PIXELS }, (_, pixel) => keyOf(pixel, image));
          return keys.sort((a, b) => a - b)[RANK];
        };
      },
    },
  },
  clear: {
    results: {
      /** Zero where the key is below the threshold of the image. */
      x: (operands) => {
        const { PIXELS, BATCH } = sizes(operands, 'PIXELS', 'BATCH');
        const [before, thresholds, keyOf] = [
          operands.values('x'),
          operands.values('thresholds'),
          keysOf(operands),
        ];
        return (index) => {
          const [, pixel, image] = placeOf(index, PIXELS, 4 * BATCH);
          return keyOf(pixel, image) < thresholds(image) ? 0 : before(index);
        };
      },
    },
  },
} satisfies FamilyReference;

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

const clipSmallCases: FamilyCases<typeof clipSmallFamily> = {
  family: clipSmallFamily,
  reference: clipSmallReference,
  cases: {
    threshold: atLeastOne(
      all.map(({ name, shape }, place) => ({
        name,
        launch: () => smallPixelThreshold(shape),
        // Every percentile is tried, by the one key or the other.
        compilesLong: [1, 2, 5, 6].includes(place),
        operands: { ...operandsOf(shape), thresholds: unwritten(shape.batch) },
        tolerance: exact,
      })),
    ),
    clear: atLeastOne(all.slice(0, 4).map(cleared)),
  },
};

export default clipSmallCases;

/**
 * From the image that is climbed to bytes; see `shaders/image/quantise.wgsl`.
 * Cases: images whose planes fill their words or do not, gray, RGB and with blue first; rounded and rounded around a centre.
 */
import { atLeastOne, exact, type FamilyCases, floats, given, randomFloats, unwritten } from '../case.ts';
import { ceil4, type FamilyReference, type Operands, placeOf, sizes } from '../reference.ts';
import { quantise, quantiseAround, quantiseFamily, type QuantiseShape } from './quantise.ts';

/** Bytes [image, channels, pixels padded to 4] of what a pixel of the network's channel has in an image; padding is zero. */
function bytesOf(operands: Operands, byteOf: (at: number, pixel: number, image: number) => number) {
  const { CHANNELS, PIXELS, BATCH, REVERSE_CHANNELS } = sizes(
    operands,
    'CHANNELS',
    'PIXELS',
    'BATCH',
    'REVERSE_CHANNELS',
  );
  return (index: number) => {
    const [image, shown, pixel] = placeOf(index, CHANNELS, ceil4(PIXELS));
    if (pixel >= PIXELS) return 0;
    const channel = REVERSE_CHANNELS === 1 ? CHANNELS - 1 - shown : shown;
    const place = channel * PIXELS + pixel;
    return Math.min(255, Math.max(0, byteOf(place * 4 * BATCH + image, place, image)));
  };
}

export const quantiseReference = {
  main: {
    results: {
      /** ⌊clamp(X + mean, 0, 255) + ½⌋, the sum rounded as a float is */
      images: (operands) => {
        const [x, mean] = [operands.values('x'), operands.values('mean')];
        return bytesOf(operands, (at, pixel) => Math.floor(Math.fround(x(at) + mean(pixel)) + 0.5));
      },
    },
  },
  around: {
    results: {
      /** The centre's byte, changed by sign(d) · max(⌊|d| + shift⌋, 0) with d = X − centre */
      images: (operands) => {
        const [x, mean] = [operands.values('x'), operands.values('mean')];
        const [centre, shifts] = [operands.values('centre'), operands.values('shifts')];
        return bytesOf(operands, (at, pixel, image) => {
          const apart = Math.fround(x(at) - centre(at));
          const change = Math.sign(apart) * Math.max(Math.floor(Math.abs(apart) + shifts(image)), 0);
          return Math.floor(Math.fround(centre(at) + mean(pixel)) + 0.5) + change;
        });
      },
    },
  },
} satisfies FamilyReference;

const shapes: readonly QuantiseShape[] = [
  { channels: 1, height: 28, width: 28, batch: 4, reverseChannels: false },
  { channels: 3, height: 7, width: 5, batch: 12, reverseChannels: true },
  { channels: 3, height: 3, width: 6, batch: 8, reverseChannels: false },
  { channels: 1, height: 1, width: 1, batch: 4, reverseChannels: false },
];

const nameOf = ({ channels, height, width, batch, reverseChannels }: QuantiseShape) =>
  `${String(channels)} channels of ${String(height)} × ${String(width)}, batch ${String(batch)}${reverseChannels ? ', blue first' : ''}`;

const values = ({ channels, height, width }: QuantiseShape) => channels * height * width;
const imageBytes = ({ channels, height, width, batch }: QuantiseShape) =>
  batch * channels * ceil4(height * width);
const mean = (shape: QuantiseShape) => randomFloats(values(shape), 2, 100).map((value) => 128 + value);
/** The least of all shifts lets nothing change that is less than two bytes away. */
const shiftsOf = ({ batch }: QuantiseShape) =>
  Float32Array.from({ length: batch }, (_, image) => [0.5, 0.25, 0, -1][image % 4] ?? 0);

const quantiseCases: FamilyCases<typeof quantiseFamily> = {
  family: quantiseFamily,
  reference: quantiseReference,
  cases: {
    main: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => quantise(shape),
        operands: {
          x: floats(values(shape) * shape.batch, 200),
          mean: given(mean(shape)),
          images: unwritten(imageBytes(shape), 'bytes'),
        },
        tolerance: exact,
      })),
    ),
    around: atLeastOne(
      shapes.map((shape) => ({
        name: nameOf(shape),
        launch: () => quantiseAround(shape),
        operands: {
          x: floats(values(shape) * shape.batch, 60),
          mean: given(mean(shape)),
          images: unwritten(imageBytes(shape), 'bytes'),
          centre: floats(values(shape) * shape.batch, 60),
          shifts: given(shiftsOf(shape)),
        },
        tolerance: exact,
      })),
    ),
  },
};

export default quantiseCases;

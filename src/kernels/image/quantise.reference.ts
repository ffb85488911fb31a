/** From the image that is climbed to bytes; see `shaders/image/quantise.wgsl`. */
import { ceil4, placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';

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

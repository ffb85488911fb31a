/** Colours of one image and of several, drawn at random and in every sector of the hue. */
import { bytes, given, type FamilyCases } from '../case.ts';
import { colourReference } from './colour.reference.ts';
import { hlsToRgb } from './colour.ts';

// Half a byte may be rounded either way.
const tolerance = { atol: 1, rtol: 0, exactShare: 0.99 };

/** Every hue, in each of some lightnesses at full saturation. */
const hues = Uint8Array.from({ length: 3 * 256 }, (_, index) => {
  const pixel = index % 256;
  return [pixel, (pixel * 37) % 256, 255][Math.floor(index / 256)] ?? 0;
});

export const colourCases: FamilyCases<keyof typeof colourReference> = {
  reference: colourReference,
  cases: {
    main: [
      {
        name: 'three images',
        launch: () => hlsToRgb(3, 23),
        operands: { images: bytes(3 * 3 * 92) },
        tolerance,
      },
      { name: 'every hue', launch: () => hlsToRgb(1, 64), operands: { images: given(hues) }, tolerance },
    ],
  },
};

/**
 * Hue, lightness and saturation as red, green and blue; see `shaders/image/colour.wgsl`.
 * Cases: colours of one image and of several, drawn at random and in every sector of the hue.
 */
import { bytes, type FamilyCases, given } from '../case.ts';
import { type FamilyReference, placeOf, sizes } from '../reference.ts';
import { colourFamily, hlsToRgb } from './colour.ts';

/** All are bytes; hue is in half degrees and wraps at 180. */
function rgbOf(hue: number, light: number, saturation: number): [number, number, number] {
  const lightness = light / 255;
  const chroma = ((1 - Math.abs(2 * lightness - 1)) * saturation) / 255;
  const sixth = (hue % 180) / 30;
  const second = chroma * (1 - Math.abs((sixth % 2) - 1));
  const sectors: readonly [number, number, number][] = [
    [chroma, second, 0],
    [second, chroma, 0],
    [0, chroma, second],
    [0, second, chroma],
    [second, 0, chroma],
    [chroma, 0, second],
  ];
  const [red, green, blue] = sectors[Math.floor(sixth)] ?? [NaN, NaN, NaN];
  const byte = (value: number) => Math.round((value + lightness - chroma / 2) * 255);
  return [byte(red), byte(green), byte(blue)];
}

export const colourReference = {
  main: {
    results: {
      images: (operands) => {
        const { PLANE } = sizes(operands, 'PLANE');
        const before = operands.values('images', 'bytes');
        return (index) => {
          const [image, channel, pixel] = placeOf(index, 3, 4 * PLANE);
          const at = (from: number) => before((image * 3 + from) * 4 * PLANE + pixel);
          return rgbOf(at(0), at(1), at(2))[channel];
        };
      },
    },
  },
} satisfies FamilyReference;

// Half a byte may be rounded either way.
const tolerance = { atol: 1, rtol: 0, exactShare: 0.99 };

/** Every hue, in each of some lightnesses at full saturation. */
const hues = Uint8Array.from({ length: 3 * 256 }, (_, index) => {
  const pixel = index % 256;
  return [pixel, (pixel * 37) % 256, 255][Math.floor(index / 256)] ?? 0;
});

const colourCases: FamilyCases<typeof colourFamily> = {
  family: colourFamily,
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

export default colourCases;

/** Hue, lightness and saturation as red, green and blue; see `shaders/image/colour.wgsl`. */
import { placeOf, sizes, type FamilyReference } from '../reference.ts';

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

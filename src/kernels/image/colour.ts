/** Hue, lightness, saturation to red, green, blue; see `shaders/image/colour.wgsl`. */
import source from '../../../shaders/image/colour.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/** Binding: 0 images, bytes [images, 3, plane words], converted in place. */
export function hlsToRgb(images: number, planeWords: number): Launch {
  const count = images * planeWords;
  return elementwise(
    { family: 'colour', source, entryPoint: 'main', constants: { PLANE: planeWords, IMAGES: images } },
    count,
    {
      flops: 4 * 20 * count,
      bytes: 24 * count,
    },
  );
}

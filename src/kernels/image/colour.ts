/** Hue, lightness, saturation to red, green, blue; see `shaders/image/colour.wgsl`. */
import source from '../../../shaders/image/colour.wgsl';
import { elementwise } from '../elementwise.ts';
import { readWrite, type KernelFamily, type LaunchOf } from '../family.ts';

export const colourFamily = {
  name: 'colour',
  group: 'image',
  computes: 'hue, lightness and saturation to red, green and blue',
  shaders: { colour: source },
  entries: {
    main: { bindings: { images: readWrite(0) } },
  },
} as const satisfies KernelFamily;

/** Binds images, bytes [images, 3, plane words], converted in place. */
export function hlsToRgb(images: number, planeWords: number): LaunchOf<typeof colourFamily, 'main'> {
  const count = images * planeWords;
  return elementwise(colourFamily, 'main', count, {
    constants: { PLANE: planeWords, IMAGES: images },
    flops: 4 * 20 * count,
    bytes: 24 * count,
  });
}

/** What a kernel's invocations hold side by side: four images in a vec4, or the images of a batch of one or two. */
import type { Specialisation } from '../wgsl/specialise.ts';

/** Images of a batch that stand in one element: a float, a vec2 or a vec4. */
export type ImagesPerElement = 1 | 2 | 4;

/** Images of an element of activations. @throws RangeError when the batch is neither 1 nor 2 nor a multiple of 4 */
export function imagesPerElement(batch: number): ImagesPerElement {
  if (batch === 1 || batch === 2) return batch;
  if (batch % 4 === 0 && batch > 0) return 4;
  throw new RangeError(`a batch is 1, 2 or a multiple of 4 images, not ${String(batch)}`);
}

/** Elements that a batch takes at each place. */
export const elementsOf = (batch: number): number => batch / imagesPerElement(batch);

/** Specialises a shader that uses the library `vector`, of four values, for elements of so many images. */
export const forImages = (images: ImagesPerElement): Specialisation =>
  images === 4 ? {} : { libraries: { vector: `vector-${String(images)}` } };

/** Values of an element of a tensor without a shape: four where they come out even, else one. */
export const valuesPerElement = (values: number): 1 | 4 => (values % 4 === 0 ? 4 : 1);

/** What a kernel's invocations hold side by side: four images in a vec4, or the one image of a batch of one. */
import { single } from '../gpu/specialise.ts';

/** Images of an element of activations. @throws RangeError when the batch is neither 1 nor a multiple of 4 */
export function imagesPerElement(batch: number): 1 | 4 {
  if (batch === 1) return 1;
  if (batch % 4 === 0 && batch > 0) return 4;
  throw new RangeError(`a batch is 1 or a multiple of 4 images, not ${String(batch)}`);
}

/** Elements that a batch takes at each place. */
export const elementsOf = (batch: number): number => batch / imagesPerElement(batch);

/** The shader whose elements hold so many images. */
export const sourceFor = (source: string, images: 1 | 4): string => (images === 1 ? single(source) : source);

/** Elements of a tensor without a shape: of four values where they come out even, else of one. */
export const valuesPerElement = (values: number): 1 | 4 => (values % 4 === 0 ? 4 : 1);

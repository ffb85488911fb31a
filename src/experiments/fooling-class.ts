/** Training images with one class more, for what has fooled a network (paper §3.6). */
import type { ImageDataset } from '../datasets/dataset.ts';

/** The label of the class of fooling images. */
export const foolingLabel = 'fooling';

/**
 * @param digits ten classes
 * @param pictures bytes [channels, height, width] each, of the digits' size; none leaves the digits as they are
 * @param least images of the new class: pictures are repeated in turn until there are so many
 * @throws RangeError where a picture is of another size
 */
export function withFoolingClass(
  digits: ImageDataset,
  pictures: readonly Uint8Array[],
  least: number,
): ImageDataset {
  if (pictures.length === 0) return digits;
  const { shape, classes, labels, count } = digits;
  const bytes = shape[0] * shape[1] * shape[2];
  const added = Math.max(pictures.length, least);
  const images = new Uint8Array((count + added) * bytes);
  images.set(digits.images);
  const targets = new Uint8Array(count + added).fill(classes);
  targets.set(digits.targets);
  for (let index = 0; index < added; index++) {
    const picture = pictures[index % pictures.length];
    if (picture?.length !== bytes)
      throw new RangeError(`a picture has ${String(picture?.length)} bytes, digits have ${String(bytes)}`);
    images.set(picture, (count + index) * bytes);
  }
  return {
    name: `${digits.name} and ${String(pictures.length)} fooling images`,
    classes: classes + 1,
    labels: [...labels, foolingLabel],
    ...{ images, targets, shape },
    count: count + added,
  };
}

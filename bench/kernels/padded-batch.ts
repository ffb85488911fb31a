/** Images side by side as networks hold them: in a batch that is padded to a multiple of four. */

/** Images of the batch of a network for so many. */
export const paddedBatch = (images: number): number => Math.ceil(images / 4) * 4;

/** [images][channels, height, width] as [channels, height, width, batch]; the padding is zero. */
export function asBatch(inputs: Float32Array, images: number, batch: number): Float32Array<ArrayBuffer> {
  const size = inputs.length / images;
  return Float32Array.from({ length: size * batch }, (_, index) => {
    const image = index % batch;
    return image < images ? inputs[image * size + Math.floor(index / batch)]! : 0;
  });
}

/** The inverse, without the padding. */
export function fromBatch(values: Float32Array, images: number, batch: number): Float32Array<ArrayBuffer> {
  const size = values.length / batch;
  return Float32Array.from(
    { length: images * size },
    (_, index) => values[(index % size) * batch + Math.floor(index / size)]!,
  );
}

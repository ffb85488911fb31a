/** Images side by side as networks hold them: slots. */

/** Slots of a network for so many images: one image takes those of four. */
export const paddedBatch = (images: number): number => Math.ceil(images / 4) * 4;

/** [images][channels, height, width] as slots of [channels, height, width, batch]; empty slots are zero. */
export function asSlots(inputs: Float32Array, images: number, batch: number): Float32Array<ArrayBuffer> {
  const size = inputs.length / images;
  return Float32Array.from({ length: size * batch }, (_, index) => {
    const slot = index % batch;
    return slot < images ? inputs[slot * size + Math.floor(index / batch)]! : 0;
  });
}

/** The inverse: of the first images. */
export function fromSlots(slots: Float32Array, images: number, batch: number): Float32Array<ArrayBuffer> {
  const size = slots.length / batch;
  return Float32Array.from(
    { length: images * size },
    (_, index) => slots[(index % size) * batch + Math.floor(index / size)]!,
  );
}

/** Slots of a network for so many images: one image takes those of four. */
export const slotsFor = (images: number): number => Math.ceil(images / 4) * 4;

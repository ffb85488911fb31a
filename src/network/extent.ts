/** What lies between layers. */
export type Extent = readonly [channels: number, height: number, width: number];

/** Values of an extent. */
export const volume = ([channels, height, width]: Extent): number => channels * height * width;

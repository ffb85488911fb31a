/** The one type for images in memory. */

/** What an image holds; channels are 1 (grey) or 3 (red, green, blue). */
export type ImageExtent = readonly [channels: number, height: number, width: number];

export interface Image {
  readonly extent: ImageExtent;
  /** Planar, row by row: [channels, height, width]. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

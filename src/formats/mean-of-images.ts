/** What is subtracted from an image before a network sees it, as files have it. */
/** A mean image; channels in the file's order, which is B, G, R in Caffe's files. One pixel stands for a colour. */
export interface MeanImage {
  /** [channels, height, width] */
  readonly shape: readonly [channels: number, height: number, width: number];
  readonly data: Float32Array;
}

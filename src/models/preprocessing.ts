/** How an image becomes the network's input: x = (pixel − mean) · scale. Weight files carry it. */
import type { Extent } from '../nn/layer.ts';

export interface Preprocessing {
  /** Channels, height and width of the images that are judged, before any crop. */
  readonly image: Extent;
  /** Of each channel, row and column of the image, in the network's channel order. */
  readonly mean: Float32Array<ArrayBuffer>;
  readonly scale: number;
  /** Images are gray or RGB; a network that wants blue first says bgr. */
  readonly channelOrder: 'gray' | 'rgb' | 'bgr';
}

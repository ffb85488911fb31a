/** From the climbed image to a picture's bytes; see `shaders/picture.wgsl`. */
import source from '../../shaders/picture.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

export interface PictureShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Slots, a multiple of 4. */
  readonly batch: number;
  readonly reverseChannels: boolean;
}

/**
 * Bindings: 0 X [channels, height, width, batch], the image minus the mean in bytes; 1 mean [channels, height, width], both
 * in the network's channel order; 2 images, bytes [batch, channels, plane words], gray or RGB.
 */
export function picture({ channels, height, width, batch, reverseChannels }: PictureShape): Launch {
  const pixels = height * width;
  const constants = {
    CHANNELS: channels,
    PIXELS: pixels,
    BATCH: batch / 4,
    REVERSE_CHANNELS: reverseChannels ? 1 : 0,
  };
  const values = channels * pixels * batch;
  const count = (channels * Math.ceil(pixels / 4) * batch) / 4;
  return elementwise({ family: 'picture', source, entryPoint: 'main', constants }, count, {
    flops: 4 * values,
    bytes: 5 * values + 4 * channels * pixels,
  });
}

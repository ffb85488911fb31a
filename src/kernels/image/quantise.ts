/** From the climbed image to a picture's bytes; see `shaders/image/quantise.wgsl`. */
import source from '../../../shaders/image/quantise.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

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
export const quantise = (shape: PictureShape): Launch => launch('main', shape, 5);

/** As `picture`, rounded so that bytes stay in a ball. Further bindings: 3 centre, as X, 4 shifts [batch] of `ballChoose`. */
export const quantiseAround = (shape: PictureShape): Launch => launch('around', shape, 9);

/** @param bytes that move for each value */
function launch(
  entryPoint: 'main' | 'around',
  { channels, height, width, batch, reverseChannels }: PictureShape,
  bytes: number,
): Launch {
  const pixels = height * width;
  const constants = {
    CHANNELS: channels,
    PIXELS: pixels,
    BATCH: batch / 4,
    REVERSE_CHANNELS: reverseChannels ? 1 : 0,
  };
  const values = channels * pixels * batch;
  const count = (channels * Math.ceil(pixels / 4) * batch) / 4;
  return elementwise({ family: 'quantise', source, entryPoint, constants }, count, {
    flops: 4 * values,
    bytes: bytes * values + 4 * channels * pixels,
  });
}

/** From image bytes to the network's input; see `shaders/view.wgsl`. */
import source from '../../shaders/view.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

export interface ViewShape {
  readonly channels: number;
  readonly imageHeight: number;
  readonly imageWidth: number;
  readonly height: number;
  readonly width: number;
  /** Slots, a multiple of 4. */
  readonly batch: number;
  readonly views: number;
  readonly reverseChannels: boolean;
  readonly scale: number;
}

/** A source of this value leaves its slots zero. */
export const noImage = 0xffff_ffff;

/**
 * Bindings: 0 images, bytes [image, channels, plane words], 1 source u32 [batch / views], 2 views u32 [views, 4] of
 * (top, left, mirrored, 0), 3 mean [channels, imageHeight, imageWidth], 4 x [channels, height, width, batch].
 */
export function view(shape: ViewShape): Launch {
  const { channels, imageHeight, imageWidth, height, width, batch, views, reverseChannels, scale } = shape;
  const constants = {
    CHANNELS: channels,
    IMAGE_HEIGHT: imageHeight,
    IMAGE_WIDTH: imageWidth,
    HEIGHT: height,
    WIDTH: width,
    BATCH: batch / 4,
    VIEWS: views,
    REVERSE_CHANNELS: reverseChannels ? 1 : 0,
    SCALE: scale,
  };
  const values = channels * height * width * batch;
  return elementwise({ family: 'view', source, entryPoint: 'main', constants }, values / 4, {
    flops: 2 * values,
    bytes: 9 * values,
  });
}

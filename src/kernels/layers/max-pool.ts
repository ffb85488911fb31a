/** Max-pooling that remembers its winners; see `shaders/layers/max-pool.wgsl`. */
import source from '../../../shaders/layers/max-pool.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { elementsOf, imagesPerElement, forImages } from '../batch-width.ts';

export interface PoolShape {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Side of the square window, at most 16: a winner's place in it is stored in a byte. */
  readonly size: number;
  readonly stride: number;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
}

/** Bindings: 0 x [channels, inHeight, inWidth, batch], 1 y [channels, outHeight, outWidth, batch], 2 winners, words [channels, outHeight, outWidth, elements], a byte for each image. */
export function maxPool(shape: PoolShape): Launch {
  const outputs = shape.channels * shape.outHeight * shape.outWidth * shape.batch;
  return launch(shape, 'forward', outputs);
}

/** Bindings: 2 winners, 3 dy, 4 dx. */
export function maxPoolInputGradient(shape: PoolShape): Launch {
  const { channels, inHeight, inWidth, outHeight, outWidth, size, stride, batch } = shape;
  const apart = size === stride && outHeight * stride >= inHeight && outWidth * stride >= inWidth;
  return apart
    ? launch(shape, 'apart_gradient', channels * outHeight * outWidth * batch)
    : launch(shape, 'input_gradient', channels * inHeight * inWidth * batch);
}

function launch(shape: PoolShape, entryPoint: string, values: number): Launch {
  const { channels, inHeight, inWidth, outHeight, outWidth, size, stride, batch } = shape;
  if (size > 16) throw new RangeError(`a pooling window of ${String(size)} is larger than 16`);
  const constants = {
    CHANNELS: channels,
    IN_HEIGHT: inHeight,
    IN_WIDTH: inWidth,
    OUT_HEIGHT: outHeight,
    OUT_WIDTH: outWidth,
    SIZE: size,
    STRIDE: stride,
    BATCH: elementsOf(batch),
  };
  const elements = channels * batch * (inHeight * inWidth + outHeight * outWidth);
  const images = imagesPerElement(batch);
  const kernel = { family: 'max-pool', source, specialisation: forImages(images), entryPoint, constants };
  return elementwise(kernel, values / images, {
    flops: channels * batch * outHeight * outWidth * size * size,
    bytes: 4 * elements + channels * batch * outHeight * outWidth,
  });
}

/** Adaptive average pooling and its gradient; see `shaders/layers/adaptive-average-pool.wgsl`. */
import source from '../../../shaders/layers/adaptive-average-pool.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { elementsOf, imagesPerElement, forImages } from '../batch-width.ts';

export interface AdaptivePoolShape {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
}

/** Bindings: 0 x [channels, inHeight, inWidth, batch], 1 y [channels, outHeight, outWidth, batch]. */
export function adaptiveAveragePool(shape: AdaptivePoolShape): Launch {
  return launch(shape, 'forward', shape.outHeight * shape.outWidth);
}

/** Bindings: 0 dy, 1 dx. */
export function adaptiveAveragePoolInputGradient(shape: AdaptivePoolShape): Launch {
  return launch(shape, 'input_gradient', shape.inHeight * shape.inWidth);
}

function launch(shape: AdaptivePoolShape, entryPoint: string, plane: number): Launch {
  const { channels, inHeight, inWidth, outHeight, outWidth, batch } = shape;
  const constants = {
    CHANNELS: channels,
    IN_HEIGHT: inHeight,
    IN_WIDTH: inWidth,
    OUT_HEIGHT: outHeight,
    OUT_WIDTH: outWidth,
    BATCH: elementsOf(batch),
  };
  const planes = channels * batch;
  const images = imagesPerElement(batch);
  const family = 'adaptive-average-pool';
  const kernel = { family, source, specialisation: forImages(images), entryPoint, constants };
  return elementwise(kernel, (planes * plane) / images, {
    flops: planes * inHeight * inWidth,
    bytes: 4 * planes * (inHeight * inWidth + outHeight * outWidth),
  });
}

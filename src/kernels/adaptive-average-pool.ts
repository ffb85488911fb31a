/** Adaptive average pooling and its gradient; see `shaders/adaptive-average-pool.wgsl`. */
import source from '../../shaders/adaptive-average-pool.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

export interface AdaptivePoolShape {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Images, a multiple of 4. */
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
    BATCH: batch / 4,
  };
  const images = channels * batch;
  return elementwise(
    { family: 'adaptive-average-pool', source, entryPoint, constants },
    (images * plane) / 4,
    {
      flops: images * inHeight * inWidth,
      bytes: 4 * images * (inHeight * inWidth + outHeight * outWidth),
    },
  );
}

/** Adaptive average pooling and its gradient; see `shaders/layers/adaptive-average-pool.wgsl`. */
import source from '../../../shaders/layers/adaptive-average-pool.wgsl';
import { elementwise } from '../elementwise.ts';
import { elementsOf, imagesPerElement, forImages } from '../batch-width.ts';
import { read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const adaptiveAveragePoolFamily = {
  name: 'adaptive-average-pool',
  group: 'layers',
  computes: 'means over windows that share out the input, and their gradient',
  shaders: { 'adaptive-average-pool': source },
  entries: {
    forward: { bindings: { x: read(0), y: write(1) } },
    input_gradient: { bindings: { x: read(0), y: write(1) } },
  },
} as const satisfies KernelFamily;

type Entry = EntryOf<typeof adaptiveAveragePoolFamily>;
type PoolLaunch = LaunchOf<typeof adaptiveAveragePoolFamily, Entry>;

export interface AdaptivePoolShape {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
}

/** Binds x [channels, inHeight, inWidth, batch] and y [channels, outHeight, outWidth, batch]. */
export function adaptiveAveragePool(shape: AdaptivePoolShape): PoolLaunch {
  return launch(shape, 'forward', shape.outHeight * shape.outWidth);
}

/** Binds the gradient of the output as x and that of the input as y. */
export function adaptiveAveragePoolInputGradient(shape: AdaptivePoolShape): PoolLaunch {
  return launch(shape, 'input_gradient', shape.inHeight * shape.inWidth);
}

function launch(shape: AdaptivePoolShape, entryPoint: Entry, plane: number): PoolLaunch {
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
  return elementwise(adaptiveAveragePoolFamily, entryPoint, (planes * plane) / images, {
    specialisation: forImages(images),
    constants,
    flops: planes * inHeight * inWidth,
    bytes: 4 * planes * (inHeight * inWidth + outHeight * outWidth),
  });
}

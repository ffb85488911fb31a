/** Max-pooling that remembers where the maxima were; see `shaders/layers/max-pool.wgsl`. */
import source from '../../../shaders/layers/max-pool.wgsl';
import { elementwise } from '../elementwise.ts';
import { elementsOf, imagesPerElement, forImages } from '../batch-width.ts';
import type { Launch } from '../../gpu/kernel.ts';
import {
  inLibrary,
  onlyRead,
  read,
  write,
  type EntryOf,
  type KernelFamily,
  type LaunchOf,
} from '../family.ts';

export const maxPoolFamily = {
  name: 'max-pool',
  group: 'layers',
  computes: 'maximum over windows, remembering where it was, and its gradient',
  shaders: { 'max-pool': source },
  entries: {
    forward: { bindings: { x: read(0), y: write(1), argmax: write(2) } },
    input_gradient: { bindings: { argmax: onlyRead(2), dy: read(3), dx: write(4) } },
    apart_gradient: { bindings: { argmax: onlyRead(2), dy: read(3), dx: write(4) } },
  },
} as const satisfies KernelFamily;

/** Shape of a max pool of x [channels, inHeight, inWidth, batch]. */
export interface PoolShape {
  readonly channels: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  /** Side of the square window, at most 16: the place of a maximum in it is stored in a byte. */
  readonly size: number;
  readonly stride: number;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
}

/**
 * Binds x [channels, inHeight, inWidth, batch], y [channels, outHeight, outWidth, batch] and argmax, words [channels,
 * outHeight, outWidth, elements], a byte for each image.
 */
export function maxPool(shape: PoolShape): LaunchOf<typeof maxPoolFamily, 'forward'> {
  const outputs = shape.channels * shape.outHeight * shape.outWidth * shape.batch;
  return launch(shape, 'forward', outputs);
}

/** Binds argmax, dy and dx, as the forward pass has argmax, y and x. */
export function maxPoolInputGradient(
  shape: PoolShape,
): LaunchOf<typeof maxPoolFamily, 'input_gradient' | 'apart_gradient'> {
  const { channels, inHeight, inWidth, outHeight, outWidth, size, stride, batch } = shape;
  const apart = size === stride && outHeight * stride >= inHeight && outWidth * stride >= inWidth;
  return apart
    ? launch(shape, 'apart_gradient', channels * outHeight * outWidth * batch)
    : launch(shape, 'input_gradient', channels * inHeight * inWidth * batch);
}

/** Binding of a kernel that may store its result as `throughPool` has it. */
export const argmaxOfPool = inLibrary('place-of-maximum', read(4));

/** Whether the gradient of a pool can be stored by the kernel before it: windows of 2 × 2, side by side, that leave nothing out. */
export const storesThroughPool = ({
  inHeight,
  inWidth,
  outHeight,
  outWidth,
  size,
  stride,
}: PoolShape): boolean =>
  size === 2 && stride === 2 && inHeight === 2 * outHeight && inWidth === 2 * outWidth;

/**
 * A convolution or a product whose result is the gradient of a pool's output: it stores that of the pool's input, four times as
 * large, as `maxPoolInputGradient` would, and binds the pool's argmax as well. Which variant it is does not depend on it.
 */
export function throughPool<Name extends string>(
  launch: Launch<Name, 'argmax'>,
  { outWidth }: PoolShape,
): Launch<Name | 'argmax'> {
  const { kernel, bindings } = launch;
  const { library } = argmaxOfPool;
  const libraries = { ...kernel.specialisation?.libraries, 'stored-place': library };
  return {
    ...launch,
    bindings: { ...bindings, argmax: argmaxOfPool },
    kernel: {
      ...kernel,
      specialisation: { ...kernel.specialisation, libraries },
      constants: { ...kernel.constants, POOLED_WIDTH: outWidth },
    },
  };
}

function launch<E extends EntryOf<typeof maxPoolFamily>>(
  shape: PoolShape,
  entryPoint: E,
  values: number,
): LaunchOf<typeof maxPoolFamily, E> {
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
  return elementwise(maxPoolFamily, entryPoint, values / images, {
    specialisation: forImages(images),
    constants,
    flops: channels * batch * outHeight * outWidth * size * size,
    bytes: 4 * elements + channels * batch * outHeight * outWidth,
  });
}

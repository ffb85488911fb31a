/** From moved, turned and enlarged pictures to the network's input, and back; see `shaders/image/affine-view.wgsl`. */
import source from '../../../shaders/image/affine-view.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

export interface AffineViewShape {
  /** At most 3. */
  readonly channels: number;
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** Of the network's input. */
  readonly height: number;
  readonly width: number;
  /** Slots, a multiple of 4; slot s shows image s. */
  readonly batch: number;
  /** Whether the nearest pixel goes on beyond the edge; else the mean image lies there. */
  readonly clamp: boolean;
  readonly reverseChannels: boolean;
  /** Of each channel, in the network's order. */
  readonly scale: readonly number[];
}

/**
 * Bindings: 0 images, bytes [batch, channels, plane words], 1 mean [channels, imageHeight, imageWidth], 2 maps as
 * `affineTable` makes them, [steps, batch], 3 clock u32, of which [1] names the step, 4 x [channels, height, width, batch].
 */
export function affineView(shape: AffineViewShape): Launch {
  const { channels, height, width, batch } = shape;
  const values = channels * height * width * batch;
  const kernel = { family: 'affine-view', source, entryPoint: 'forward', constants: constantsOf(shape) };
  return elementwise(kernel, values / 4, { flops: 20 * values, bytes: 9 * values });
}

/**
 * Gradient with respect to the image: the transpose of what `affineView` does to the image minus the mean.
 * Bindings: 2 maps, 3 clock, 5 dinput [channels, height, width, batch], 6 dX [channels, imageHeight, imageWidth, batch].
 */
export function affineViewAdjoint(shape: AffineViewShape): Launch {
  const { channels, imageHeight, imageWidth, height, width, batch } = shape;
  const values = channels * imageHeight * imageWidth * batch;
  const inputs = channels * height * width * batch;
  const kernel = { family: 'affine-view', source, entryPoint: 'adjoint', constants: constantsOf(shape) };
  return elementwise(kernel, values / 4, { flops: 50 * inputs, bytes: 4 * (values + inputs) });
}

/**
 * Maps as the shader reads them: eight floats each, (a, b, c, d, tx, ty) in gl-matrix' order of a `mat2d`, and two of
 * padding. A map takes the input's (column, row) to the image's: (a · column + c · row + tx, b · column + d · row + ty).
 * @param maps [steps, batch], one after another
 * @throws RangeError when a map does not have six numbers
 */
export function affineTable(maps: readonly ArrayLike<number>[]): Float32Array<ArrayBuffer> {
  const table = new Float32Array(8 * maps.length);
  for (const [index, map] of maps.entries()) {
    if (map.length !== 6)
      throw new RangeError(`an affine map has 6 numbers; number ${String(index)} has ${String(map.length)}`);
    table.set(map, 8 * index);
  }
  return table;
}

function constantsOf(shape: AffineViewShape) {
  const [first = 1, second = first, third = first] = shape.scale;
  return {
    CHANNELS: shape.channels,
    IMAGE_HEIGHT: shape.imageHeight,
    IMAGE_WIDTH: shape.imageWidth,
    HEIGHT: shape.height,
    WIDTH: shape.width,
    BATCH: shape.batch / 4,
    CLAMP: shape.clamp ? 1 : 0,
    REVERSE_CHANNELS: shape.reverseChannels ? 1 : 0,
    SCALE_0: first,
    SCALE_1: second,
    SCALE_2: third,
  };
}

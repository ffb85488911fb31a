/** From moved, rotated and enlarged pictures to the network's input, and back; see `shaders/image/affine-view.wgsl`. */
import source from '../../../shaders/image/affine-view.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const affineViewFamily = {
  name: 'affine-view',
  group: 'image',
  computes: 'the same for moved, rotated and enlarged images, and its adjoint',
  shaders: { 'affine-view': source },
  entries: {
    forward: { bindings: { images: read(0), mean: read(1), maps: read(2), clock: read(3), x: write(4) } },
    adjoint: { bindings: { maps: read(2), clock: read(3), dinput: read(5), dx: write(6) } },
  },
} as const satisfies KernelFamily;

export interface AffineViewShape {
  /** At most 3. */
  readonly channels: number;
  readonly imageHeight: number;
  readonly imageWidth: number;
  /** Of the network's input. */
  readonly height: number;
  readonly width: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Whether the nearest pixel goes on beyond the edge; else the mean image lies there. */
  readonly clamp: boolean;
  readonly reverseChannels: boolean;
  /** Of each channel, in the network's order. */
  readonly scale: readonly number[];
}

/**
 * Binds images, bytes [batch, channels, plane words], mean [channels, imageHeight, imageWidth], maps as `affineTable` makes
 * them, [steps, batch], clock u32, of which [1] names the step, and x [channels, height, width, batch].
 */
export function affineView(shape: AffineViewShape): LaunchOf<typeof affineViewFamily, 'forward'> {
  const { channels, height, width, batch } = shape;
  const values = channels * height * width * batch;
  return elementwise(affineViewFamily, 'forward', values / 4, {
    constants: constantsOf(shape),
    flops: 20 * values,
    bytes: 9 * values,
  });
}

/**
 * Gradient with respect to the image: the transpose of what `affineView` does to the image minus the mean.
 * Binds maps, clock, dinput [channels, height, width, batch] and dx [channels, imageHeight, imageWidth, batch].
 */
export function affineViewAdjoint(shape: AffineViewShape): LaunchOf<typeof affineViewFamily, 'adjoint'> {
  const { channels, imageHeight, imageWidth, height, width, batch } = shape;
  const values = channels * imageHeight * imageWidth * batch;
  const inputs = channels * height * width * batch;
  return elementwise(affineViewFamily, 'adjoint', values / 4, {
    constants: constantsOf(shape),
    flops: 50 * inputs,
    bytes: 4 * (values + inputs),
  });
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

/** From image bytes to the network's input; see `shaders/image/view.wgsl`. */
import source from '../../../shaders/image/view.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const viewFamily = {
  name: 'view',
  group: 'image',
  computes: 'from bytes to the network’s input: crop, mirror, resize, mean, scale, noise',
  shaders: { view: source },
  entries: {
    main: { bindings: { images: read(0), source: read(1), views: read(2), mean: read(3), x: write(4) } },
  },
} as const satisfies KernelFamily;

/**
 * Shape of the launch that turns images, bytes [image, channels, imageHeight, imageWidth], into the network's input
 * [channels, height, width, batch].
 */
export interface ViewShape {
  /** At most 3. */
  readonly channels: number;
  readonly imageHeight: number;
  readonly imageWidth: number;
  readonly height: number;
  readonly width: number;
  /** Inputs, a multiple of 4. */
  readonly batch: number;
  readonly views: number;
  /** Whether some view shows a region of another size than the input. */
  readonly resize: boolean;
  readonly reverseChannels: boolean;
  /** Standard deviation of the noise on every pixel, in bytes; default: none. */
  readonly noise?: number;
  /** Of each channel, in the network's order. */
  readonly scale: readonly number[];
}

/** A part of an image that the network is shown, in pixels of the image. */
export interface ImageView {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
  readonly mirrored: boolean;
  /** Of its noise, where the shape has some. */
  readonly key?: readonly [number, number];
}

/** A source of this value leaves its inputs zero. */
export const noImage = 0xffff_ffff;

/**
 * Binds images, bytes [image, channels, plane words], source u32 [batch / views], views as `viewTable` makes them, mean
 * [channels, imageHeight, imageWidth] and x [channels, height, width, batch].
 */
export function view(shape: ViewShape): LaunchOf<typeof viewFamily, 'main'> {
  const {
    channels,
    imageHeight,
    imageWidth,
    height,
    width,
    batch,
    views,
    resize,
    reverseChannels,
    noise = 0,
  } = shape;
  const [first = 1, second = first, third = first] = shape.scale;
  const constants = {
    CHANNELS: channels,
    IMAGE_HEIGHT: imageHeight,
    IMAGE_WIDTH: imageWidth,
    HEIGHT: height,
    WIDTH: width,
    BATCH: batch / 4,
    VIEWS: views,
    REVERSE_CHANNELS: reverseChannels ? 1 : 0,
    RESIZE: resize ? 1 : 0,
    NOISE: noise,
    SCALE_0: first,
    SCALE_1: second,
    SCALE_2: third,
  };
  const values = channels * height * width * batch;
  return elementwise(viewFamily, 'main', values / 4, {
    constants,
    flops: (resize ? 16 : 2) * values,
    bytes: (resize ? 24 : 9) * values,
  });
}

/** Views as the shader reads them: eight words each, four floats (top, left, height, width), a flag, nothing, and the key. */
export function viewTable(views: readonly ImageView[]): Uint8Array<ArrayBuffer> {
  const table = new DataView(new ArrayBuffer(32 * views.length));
  for (const [index, { top, left, height, width, mirrored, key = [0, 0] }] of views.entries()) {
    for (const [word, value] of [top, left, height, width].entries())
      table.setFloat32(32 * index + 4 * word, value, true);
    table.setUint32(32 * index + 16, mirrored ? 1 : 0, true);
    for (const [word, value] of key.entries()) table.setUint32(32 * index + 24 + 4 * word, value, true);
  }
  return new Uint8Array(table.buffer);
}

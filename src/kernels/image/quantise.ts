/** From the floats of an image to its bytes; see `shaders/image/quantise.wgsl`. */
import source from '../../../shaders/image/quantise.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const quantiseFamily = {
  name: 'quantise',
  group: 'image',
  computes: 'from floats to bytes, also rounded towards the start of a ball',
  shaders: { quantise: source },
  entries: {
    main: { bindings: { x: read(0), mean: read(1), images: write(2) } },
    around: {
      bindings: { x: read(0), mean: read(1), images: write(2), centre: read(3), shifts: read(4) },
    },
  },
} as const satisfies KernelFamily;

export interface QuantiseShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  readonly reverseChannels: boolean;
}

/**
 * Binds x [channels, height, width, batch], the image minus the mean in bytes, mean [channels, height, width], both in the
 * network's channel order, and images, bytes [batch, channels, plane words], gray or RGB.
 */
export const quantise = (shape: QuantiseShape): LaunchOf<typeof quantiseFamily, 'main'> =>
  launch('main', shape, 5);

/** As `quantise`, rounded so that bytes stay in a ball. Binds as well centre, as x, and shifts [batch] of `ballChoose`. */
export const quantiseAround = (shape: QuantiseShape): LaunchOf<typeof quantiseFamily, 'around'> =>
  launch('around', shape, 9);

/** @param bytes that move for each value */
function launch<E extends EntryOf<typeof quantiseFamily>>(
  entryPoint: E,
  { channels, height, width, batch, reverseChannels }: QuantiseShape,
  bytes: number,
): LaunchOf<typeof quantiseFamily, E> {
  const pixels = height * width;
  const constants = {
    CHANNELS: channels,
    PIXELS: pixels,
    BATCH: batch / 4,
    REVERSE_CHANNELS: reverseChannels ? 1 : 0,
  };
  const values = channels * pixels * batch;
  const count = (channels * Math.ceil(pixels / 4) * batch) / 4;
  return elementwise(quantiseFamily, entryPoint, count, {
    constants,
    flops: 4 * values,
    bytes: bytes * values + 4 * channels * pixels,
  });
}

/** Pixels of small norm or contribution set to zero; see `shaders/ascent/clip-small.wgsl`. */
import source from '../../../shaders/ascent/clip-small.wgsl';
import { elementwise } from '../elementwise.ts';
import { launchOf, onlyRead, read, readWrite, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const clipSmallFamily = {
  name: 'clip-small',
  group: 'ascent',
  computes: 'clears pixels of small norm or small contribution, by radix selection',
  shaders: { 'clip-small': source },
  entries: {
    threshold: { bindings: { x: onlyRead(0), g: read(1), thresholds: write(2) } },
    clear: { bindings: { x: readWrite(0), g: read(1), thresholds: onlyRead(2) } },
  },
} as const satisfies KernelFamily;

export interface SmallPixelsShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Place of the threshold in the order of the pixels' keys, from 0 for the smallest, below height · width: see `rankOf`. */
  readonly rank: number;
  /** Whether pixels count by |Σ over channels of X · g|; else by their norm over the channels. */
  readonly contribution: boolean;
}

/** Rank of the key below which so many per cent of the pixels lie; at 100 the largest still stay. */
export const rankOf = (percent: number, pixels: number): number =>
  Math.min(Math.floor((percent / 100) * pixels), pixels - 1);

const lanes = 256;

/**
 * Binds x [channels, height, width, batch], g, as x (read for the contribution alone, where the norm is asked for any
 * buffer but that of x will do), and thresholds [batch], bits of floats: squared norms or contributions.
 */
export function smallPixelThreshold(shape: SmallPixelsShape): LaunchOf<typeof clipSmallFamily, 'threshold'> {
  const values = valuesOf(shape);
  return launchOf(clipSmallFamily, 'threshold', {
    variant: `radix${String(lanes)}`,
    constants: { ...constantsOf(shape), RANK: shape.rank, LANES: lanes },
    workgroups: [shape.batch / 4, 1, 1],
    flops: 8 * values,
    bytes: 4 * operandsOf(shape) * values,
  });
}

/** Binds as above: x is changed in place, below the thresholds that `smallPixelThreshold` found. */
export function clearSmallPixels(shape: SmallPixelsShape): LaunchOf<typeof clipSmallFamily, 'clear'> {
  const values = valuesOf(shape);
  return elementwise(clipSmallFamily, 'clear', (shape.height * shape.width * shape.batch) / 4, {
    constants: constantsOf(shape),
    flops: 2 * values,
    bytes: 4 * (operandsOf(shape) + 1) * values,
  });
}

const valuesOf = ({ channels, height, width, batch }: SmallPixelsShape): number =>
  channels * height * width * batch;

const operandsOf = ({ contribution }: SmallPixelsShape): number => (contribution ? 2 : 1);

const constantsOf = ({ channels, height, width, batch, contribution }: SmallPixelsShape) => ({
  CHANNELS: channels,
  PIXELS: height * width,
  BATCH: batch / 4,
  CONTRIBUTION: contribution ? 1 : 0,
});

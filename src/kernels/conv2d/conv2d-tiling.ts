/** How the tiles of a convolution share out its result: what the launch and the cost model both go by. */
import { elementsOf, imagesPerElement } from '../batch-width.ts';
import type { ConvShape } from './conv-shape.ts';

/** The tile of a variant. */
export interface ConvTile {
  /** Vec4s of output channels, and neighbouring output columns of four images, of an invocation's tile. */
  readonly rows: number;
  readonly pixels: number;
  readonly lanes: number;
}

/** What decides the tiles and the grid of `shaders/conv2d/conv2d.wgsl`. */
export interface Tiling {
  /** That the convolution, or the gradient, was asked for. */
  readonly shape: ConvShape;
  /** All `override` constants of the shader but the number of lanes. */
  readonly constants: Readonly<Record<string, number>>;
  /** Along a row. */
  readonly stride: number;
  readonly kernel: readonly [height: number, width: number];
  /** What the tiles share out: pixels of the result, or blocks of them. */
  readonly positions: readonly [rows: number, columns: number];
  readonly groups: number;
  /** Channels of a position per group. */
  readonly outputs: number;
  /** Images: 1, 2 or a multiple of 4. */
  readonly batch: number;
}

/**
 * Channels of the input at a time: several where the kernel has but one column, as long as none is left over. With lanes of
 * eight it is slower: four columns of four channels of eight lanes are more than the registers hold.
 */
export function depthOf(
  { lanes }: ConvTile,
  { constants: { IN_CHANNELS = 1 }, kernel: [, taps] }: Tiling,
): number {
  return lanes === 4 && taps === 1 && IN_CHANNELS % 4 === 0 ? 4 : 1;
}

/** Columns of a tile: more of one or two images than of four, and no more than share out the row evenly. */
export function tileWidth({ pixels }: ConvTile, { positions: [, width], batch }: Tiling): number {
  const most = (4 * pixels) / imagesPerElement(batch);
  return Math.ceil(width / Math.ceil(width / most));
}

/**
 * Columns of the input that a tile sees, and which of them may lie in the image: the bounds are compile-time constants where a
 * row has one tile.
 */
export function columnsSeen(
  pixels: number,
  { constants, kernel: [, taps], stride, positions: [, width] }: Tiling,
) {
  const span = (pixels - 1) * stride + taps;
  const { PADDING_X: padding = 0, IN_WIDTH: inside = 0 } = constants;
  if (pixels < width) return { span, from: 0, until: span };
  return { span, from: Math.max(0, padding), until: Math.min(span, padding + inside) };
}

/** Elements of four images, or of the one or two that there are, of a channel. */
export const elementsOfChannel = ({ positions: [height, width], batch }: Tiling): number =>
  height * width * elementsOf(batch);

/** Tiles side by side in a row of the result. */
export const tilesOfRow = (tile: ConvTile, tiling: Tiling): number =>
  Math.ceil(tiling.positions[1] / tileWidth(tile, tiling));

/** The cost model of a convolution's variants: what is taken where nothing was measured. */
import { threeHalvesPower } from '../../random/fixed-math.ts';
import { elementsOf, imagesPerElement } from '../batch-width.ts';
import { compilingShare, gpuCost, plainCost, wasteOf, type Target } from '../tuning/variant.ts';
import { convFlops } from './conv-shape.ts';
import { columnsSeen, depthOf, tileWidth, type Tiling } from './conv2d-tiling.ts';
import type { ConvVariant } from './conv2d-variants.ts';

/** What a variant costs for a shape; only the order of the costs counts. */
export const convCost = (variant: ConvVariant, tiling: Tiling, target: Target): number =>
  target.adapter.kind === 'gpu'
    ? costOnGpu(variant, tiling)
    : cost(variant, tiling) + compiling(variant, tiling, target);

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu({ entryPoint, rows, pixels, lanes, gpu }: ConvVariant, tiling: Tiling): number {
  const { positions, kernel, groups, outputs, batch } = tiling;
  const [height, width] = positions;
  const columns = height * width * elementsOf(batch);
  const depth = (tiling.constants['IN_CHANNELS'] ?? 1) * kernel[0] * kernel[1];
  const beyond =
    entryPoint === 'plain'
      ? wasteOf(columns, lanes)
      : wasteOf(Math.ceil(outputs / 4), 8 * rows) * wasteOf(columns, 8 * pixels);
  return gpuCost(gpu, 2 * depth * groups * outputs * height * width * batch * beyond, depth, 0);
}

/**
 * Work per useful result: what a tile computes beyond the edge, and what its loads cost. A load of four lanes costs ten
 * products on SwiftShader (fitted to the `quads` tiles within 3 %), and on lavapipe more than 128 accumulators cost by
 * their number; `tap` also loads every weight in every lane.
 */
function cost(variant: ConvVariant, tiling: Tiling): number {
  const { entryPoint, rows, lanes } = variant;
  const { kernel, stride, positions, outputs, batch } = tiling;
  const [height, width] = positions;
  const images = imagesPerElement(batch);
  if (entryPoint === 'plain') return plainCost;
  const pixels = tileWidth(variant, tiling);
  const tilesOfRow = Math.ceil(width / pixels);
  const tiles = height * tilesOfRow * elementsOf(batch);
  const beyond = wasteOf(Math.ceil(outputs / 4), rows) * wasteOf(tiles, lanes);
  if (entryPoint === 'quads') {
    const { from, until } = columnsSeen(pixels, tiling);
    const columns = Array.from({ length: pixels * kernel[1] }, (_, pair) => {
      return Math.floor(pair / kernel[1]) * stride + (pair % kernel[1]);
    });
    const products = 4 * rows * images * columns.filter((column) => column >= from && column < until).length;
    const loads = kernel[1] * rows + images * (until - from);
    const useful = 4 * rows * images * width * kernel[1];
    const spilt = lanes === 8 ? Math.max(0, 4 * rows * pixels * images - 128) / 256 : 0;
    // Seconds of compiling for a tenth of the time are a poor bargain.
    const long = depthOf(variant, tiling) * rows * pixels > 64 ? 0.25 : 0;
    return (beyond * (1 + spilt + long) * tilesOfRow * (products + 10 * loads)) / useful;
  }
  const loads = 8 * (1 / (4 * rows) + 1 / (pixels * images));
  return 3 * beyond * wasteOf(width, pixels) * (1 + loads);
}

/** Operations a second of SwiftShader at cost 1. */
const swiftshaderRate = 15e9;

/** Three seconds for 1600 products that are unrolled, fitted to SwiftShader. */
function compiling(variant: ConvVariant, tiling: Tiling, target: Target): number {
  if (variant.entryPoint === 'plain') return 0;
  const { kernel, batch, shape } = tiling;
  const tile = 4 * variant.rows * tileWidth(variant, tiling) * imagesPerElement(batch);
  const seconds = 3 * threeHalvesPower((tile * kernel[1] * depthOf(variant, tiling)) / 1600);
  return compilingShare(seconds, convFlops(shape) / swiftshaderRate, target);
}

/** The cost model of a convolution's variants: what is taken where nothing was measured. */
import { threeHalvesPower } from '../../random/fixed-math.ts';
import { imagesPerElement } from '../batch-width.ts';
import { compilingShare, gpuCost, wasteOf, type Target } from '../tuning/variant.ts';
import { convFlops, type ConvShape } from './conv-shape.ts';
import { depthOf, tileWidth, type Tiling } from './conv2d-tiling.ts';
import { wayOf, type ConvVariant } from './conv2d-variants.ts';

/** What a variant costs for a shape; only the order of the costs counts. */
export const convCost = (variant: ConvVariant, tiling: Tiling, target: Target): number =>
  target.adapter.kind === 'gpu'
    ? costOnGpu(variant, tiling)
    : wayOf(variant).cost(variant, tiling) + compiling(variant, tiling, target);

/** Microseconds of a variant that was made for GPUs. */
function costOnGpu(variant: ConvVariant, tiling: Tiling): number {
  const { positions, kernel, groups, outputs, batch } = tiling;
  const [height, width] = positions;
  const depth = (tiling.constants['IN_CHANNELS'] ?? 1) * kernel[0] * kernel[1];
  const { tiles, tilesOfWorkgroup, channels } = wayOf(variant).workgroup(variant, tiling);
  const beyond = wasteOf(Math.ceil(outputs / 4), channels / 4) * wasteOf(tiles, tilesOfWorkgroup);
  return gpuCost(variant.gpu, 2 * depth * groups * outputs * height * width * batch * beyond, depth, 0);
}

/** Operations a second of SwiftShader at cost 1. */
const swiftshaderRate = 15e9;

/**
 * Cost of compiling so many products that are unrolled: three seconds for 1600, fitted to SwiftShader.
 * @param shape of the convolution
 */
export function compilingCost(products: number, shape: ConvShape, target: Target): number {
  const seconds = 3 * threeHalvesPower(products / 1600);
  return compilingShare(seconds, convFlops(shape) / swiftshaderRate, target);
}

function compiling(variant: ConvVariant, tiling: Tiling, target: Target): number {
  if (variant.entryPoint === 'plain') return 0;
  const { kernel, batch, shape } = tiling;
  const tile = 4 * variant.rows * tileWidth(variant, tiling) * imagesPerElement(batch);
  return compilingCost(tile * kernel[1] * depthOf(variant, tiling), shape, target);
}

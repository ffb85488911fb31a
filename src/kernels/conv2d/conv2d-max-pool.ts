/** Convolution and the maximum over windows that lie side by side, in one kernel; see `shaders/conv2d/conv2d-max-pool.wgsl`. */
import source from '../../../shaders/conv2d/conv2d-max-pool.wgsl';
import quadsSource from '../../../shaders/conv2d/conv2d-max-pool-quads.wgsl';
import { linearWorkgroups, type Workgroups } from '../../gpu/kernel.ts';
import { elementsOf, forImages, imagesPerElement } from '../batch-width.ts';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import { allowed, pick, type Target } from '../tuning/variant.ts';
import { convBytes, convFlops, type ConvShape } from './conv-shape.ts';
import { forwardConstants } from './conv2d.ts';
import {
  conv2dMaxPoolVariants,
  costOf,
  pooledExtent,
  tileOf,
  windowSide,
  windowsOfTile,
  type ConvMaxPoolShape,
  type ConvMaxPoolVariant,
} from './conv2d-max-pool-variants.ts';

const bindings = { weights: read(0), bias: read(1), x: read(2), y: write(3), argmax: write(4) };

export const conv2dMaxPoolFamily = {
  name: 'conv2d-max-pool',
  group: 'conv2d',
  computes: 'convolution with bias and the maximum over windows side by side, remembering where it was',
  shaders: { 'conv2d-max-pool': source, 'conv2d-max-pool-quads': quadsSource },
  entries: {
    plain: { bindings },
    staged: { bindings },
    quads: { shader: 'conv2d-max-pool-quads', bindings },
  },
  variants: conv2dMaxPoolVariants,
} as const satisfies KernelFamily;

/**
 * Products of a sum up to which it pays on CPU drivers. A sum that is neither written nor read again saves the time of some ten
 * products; but two rows of sums load almost twice the inputs of one row that is as long, which grows with the products: LeNet's
 * first convolution (25) with its pool is a fifth to a third faster, its second (500) is as fast on SwiftShader and slower on
 * lavapipe.
 */
const mostProductsOnCpu = 100;

/**
 * Whether one kernel is there for a convolution and the pool after it: the windows touch without overlapping, all of them lie in
 * the picture, a variant was made for this kind of adapter, and it pays there. On GPUs it does: such layers wait for launches.
 * @param extent height and width of the pool's result
 */
export function poolsItself(
  convolution: ConvShape,
  pool: { readonly size: number; readonly stride: number },
  extent: readonly [height: number, width: number],
  target: Target,
): boolean {
  const { outHeight, outWidth } = convolution;
  const whole = extent[0] * pool.size <= outHeight && extent[1] * pool.size <= outWidth;
  const made = conv2dMaxPoolVariants.some(
    (variant) =>
      variant.entryPoint !== 'plain' &&
      variant.suits.includes(target.adapter.kind) &&
      allowed(variant, target),
  );
  const products =
    (convolution.inChannels / convolution.groups) * convolution.kernelHeight * convolution.kernelWidth;
  const pays = target.adapter.kind === 'gpu' || products <= mostProductsOnCpu;
  return pool.size === windowSide && pool.stride === windowSide && whole && made && pays;
}

/**
 * Binds weights [in, height, width, out], bias [out], x [in, height, width, batch], y [out, pooled height, pooled width, batch]
 * and argmax, words [out, pooled height, pooled width, elements], as `maxPool` does.
 */
export function conv2dMaxPool(
  shape: ConvMaxPoolShape,
  target: Target,
  variant?: string,
): LaunchOf<typeof conv2dMaxPoolFamily, ConvMaxPoolVariant['entryPoint']> {
  const { name: family } = conv2dMaxPoolFamily;
  const cost = (candidate: ConvMaxPoolVariant) => costOf(candidate, shape, target);
  const { chosen, choice } = pick(family, shape, conv2dMaxPoolVariants, target, cost, variant);
  const { entryPoint, lanes } = chosen;
  const [OUT_HEIGHT, OUT_WIDTH] = pooledExtent(shape);
  const constants = { ...forwardConstants(shape), OUT_HEIGHT, OUT_WIDTH };
  return launchOf(conv2dMaxPoolFamily, entryPoint, {
    choice,
    variant: chosen.name,
    specialisation: { ...forImages(imagesPerElement(shape.batch)), tile: tileOf(chosen, shape) },
    constants: entryPoint === 'staged' ? constants : { ...constants, LANES: lanes },
    workgroups: gridOf(chosen, shape),
    flops: convFlops(shape),
    bytes: convBytes(shape),
  });
}

function gridOf(variant: ConvMaxPoolVariant, shape: ConvMaxPoolShape): Workgroups {
  const [height, width] = pooledExtent(shape);
  const outputs = shape.outChannels / shape.groups;
  const elements = height * width * elementsOf(shape.batch);
  if (variant.entryPoint === 'plain') {
    const [x, y] = linearWorkgroups(elements, variant.lanes);
    return [x, y, shape.groups * outputs];
  }
  const channelQuads = Math.ceil(outputs / 4);
  if (variant.entryPoint === 'staged') {
    const [x, y] = linearWorkgroups(elements, 8);
    return [x, y, shape.groups * Math.ceil(channelQuads / (8 * variant.rows))];
  }
  const tiles = height * Math.ceil(width / windowsOfTile(variant, shape)) * elementsOf(shape.batch);
  const [x, y] = linearWorkgroups(tiles, variant.lanes);
  return [x, y, shape.groups * Math.ceil(channelQuads / variant.rows)];
}

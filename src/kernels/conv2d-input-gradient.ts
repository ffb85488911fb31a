/** Gradient of a convolution with respect to its input; see `shaders/conv2d-input-gradient.wgsl`. */
import source from '../../shaders/conv2d-input-gradient.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { specialise } from '../gpu/specialise.ts';
import { convBytes, convConstants, convFlops, type ConvShape } from './conv-shape.ts';
import { pick, wasteOf, type Target, type Variant } from './variant.ts';

export interface InputGradientVariant extends Variant {
  /** Vec4s of input channels, and columns, of an invocation's tile. */
  readonly rows: number;
  readonly pixels: number;
}

const tap = (rows: number, pixels: number, lanes: number, suits: Variant['suits']): InputGradientVariant => {
  return {
    name: `tap${String(4 * rows)}x${String(pixels)}l${String(lanes)}`,
    rows,
    pixels,
    lanes,
    workgroupMemory: 0,
    suits,
  };
};

/** As conv2d's `tap` tiles: large ones for CPU adapters, small ones of 64 lanes that leave GPUs enough workgroups. */
export const conv2dInputGradientVariants: readonly InputGradientVariant[] = [
  tap(5, 4, 4, ['swiftshader']),
  tap(4, 4, 4, ['swiftshader']),
  tap(1, 4, 4, ['swiftshader']),
  tap(5, 2, 16, ['lavapipe']),
  tap(4, 2, 16, ['lavapipe']),
  tap(1, 2, 16, ['lavapipe']),
  tap(2, 2, 64, ['gpu']),
  tap(1, 1, 64, ['gpu']),
];

/** Bindings: 0 weights [out, height, width, in], 1 dy [out, height, width, batch], 2 dx [in, height, width, batch]. */
export function conv2dInputGradient(shape: ConvShape, target: Target, variant?: string): Launch {
  const vectors = Math.ceil(shape.inChannels / shape.groups / 4);
  const cost = ({ rows, pixels, lanes }: InputGradientVariant) => {
    const beyond =
      wasteOf(vectors, rows) *
      wasteOf(shape.batch / 4, lanes) *
      wasteOf(Math.ceil(shape.inWidth / shape.stride), pixels);
    return beyond * (1 + 8 * (1 / (4 * rows) + 1 / pixels / 4));
  };
  const chosen = pick('conv2d-input-gradient', conv2dInputGradientVariants, target, cost, variant);
  const { rows, pixels, lanes } = chosen;
  const kernel = {
    family: 'conv2d-input-gradient',
    variant: chosen.name,
    source: specialise(source, { ROWS: rows, PIXELS: pixels }),
    entryPoint: 'tap',
    constants: { ...convConstants(shape), LANES: lanes },
  };
  const tiles = Math.ceil(shape.inWidth / (shape.stride * pixels)) * shape.stride;
  return {
    kernel,
    workgroups: [
      Math.ceil(shape.batch / 4 / lanes),
      shape.inHeight * tiles,
      shape.groups * Math.ceil(vectors / rows),
    ],
    flops: convFlops(shape),
    bytes: convBytes(shape),
  };
}

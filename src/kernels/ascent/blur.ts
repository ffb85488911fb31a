/** Gaussian blur, a regulariser of gradient ascent (the paper's supplement); see `shaders/ascent/blur.wgsl`. */
import source from '../../../shaders/ascent/blur.wgsl';
import { exponential } from '../../random/fixed-math.ts';
import { elementwise } from '../elementwise.ts';
import { read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const blurFamily = {
  name: 'blur',
  group: 'ascent',
  computes: 'one pass of a separable blur',
  shaders: { blur: source },
  entries: {
    main: { bindings: { sharp: read(0), weights: read(1), blurred: write(2) } },
  },
} as const satisfies KernelFamily;

export interface BlurShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Pixels to either side that a pixel is mixed with; may exceed the image. */
  readonly reach: number;
  /** Rows: a pixel is mixed with its neighbours to the left and right; columns: with those above and below. */
  readonly along: 'rows' | 'columns';
}

/**
 * One of the two passes.
 * Binds sharp [channels, height, width, batch], weights [2 · reach + 1] and blurred, as sharp.
 */
export function blur({
  channels,
  height,
  width,
  batch,
  reach,
  along,
}: BlurShape): LaunchOf<typeof blurFamily, 'main'> {
  const values = channels * height * width * batch;
  const [side, inner] = along === 'rows' ? [width, batch / 4] : [height, (width * batch) / 4];
  const constants = { COUNT: values / 4, SIDE: side, INNER: inner, REACH: reach };
  return elementwise(blurFamily, 'main', values / 4, {
    constants,
    flops: 2 * (2 * reach + 1) * values,
    bytes: 8 * values,
  });
}

/**
 * Weights of a Gaussian, cut off at four standard deviations, [2 · reach + 1]; their sum is 1.
 * @param radius standard deviation in pixels
 * @throws RangeError when it is not above 0
 */
export function gaussianWeights(radius: number): Float32Array<ArrayBuffer> {
  if (!(radius > 0)) throw new RangeError(`a blur's radius is above 0 pixels, not ${String(radius)}`);
  const reach = Math.max(1, Math.ceil(4 * radius));
  const bell = Array.from({ length: 2 * reach + 1 }, (_, tap) => {
    const deviations = (tap - reach) / radius;
    return exponential(-(deviations * deviations) / 2);
  });
  const sum = bell.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(bell, (weight) => weight / sum);
}

/** Random starts of gradient ascent; see `shaders/ascent/noise.wgsl`. */
import source from '../../../shaders/ascent/noise.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const noiseFamily = {
  name: 'noise',
  group: 'ascent',
  computes: 'uniform and normal starts',
  shaders: { noise: source },
  entries: {
    uniform_noise: { bindings: { keys: read(0), x: write(1) } },
    gaussian_noise: { bindings: { keys: read(0), x: write(1) } },
  },
} as const satisfies KernelFamily;

export interface NoiseShape {
  /** Of one image. */
  readonly values: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Gaussian: normal with mean 0; uniform: between −size and size. */
  readonly kind: 'gaussian' | 'uniform';
  /** Standard deviation of the one, half width of the other. */
  readonly size: number;
}

/** Binds keys u32 [batch, 2], one of each image's random numbers, and x [values, batch]. */
export function noise({
  values,
  batch,
  kind,
  size,
}: NoiseShape): LaunchOf<typeof noiseFamily, EntryOf<typeof noiseFamily>> {
  const constants = { VALUES: values, BATCH: batch / 4, SIZE: size };
  return elementwise(noiseFamily, `${kind}_noise` as const, (values * batch) / 4, {
    constants,
    flops: (kind === 'gaussian' ? 10 : 4) * values * batch,
    bytes: 4 * values * batch,
  });
}

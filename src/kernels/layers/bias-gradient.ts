/** Gradient of a bias: the sum of what reaches its channel; see `shaders/layers/bias-gradient.wgsl`. */
import source from '../../../shaders/layers/bias-gradient.wgsl';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const biasGradientFamily = {
  name: 'bias-gradient',
  group: 'layers',
  computes: 'sum over pixels and images for each channel',
  shaders: { 'bias-gradient': source },
  entries: {
    main: { bindings: { dy: read(0), db: write(1) } },
  },
} as const satisfies KernelFamily;

/** Binds dy [channels, pixels, batch] and db [channels, padded to 4]. */
export function biasGradient(
  channels: number,
  pixels: number,
  batch: number,
): LaunchOf<typeof biasGradientFamily, 'main'> {
  return launchOf(biasGradientFamily, 'main', {
    variant: 'tree64',
    constants: { COUNT: (pixels * batch) / 4 },
    workgroups: [channels, 1, 1],
    flops: channels * pixels * batch,
    bytes: 4 * channels * pixels * batch,
  });
}

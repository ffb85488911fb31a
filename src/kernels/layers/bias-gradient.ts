/** Gradient of a bias: the sum of what reaches its channel; see `shaders/layers/bias-gradient.wgsl`. */
import source from '../../../shaders/layers/bias-gradient.wgsl';
import type { Launch } from '../../gpu/kernel.ts';

/** Bindings: 0 dy [channels, pixels, batch], 1 db [channels, padded to 4]. */
export function biasGradient(channels: number, pixels: number, batch: number): Launch {
  return {
    kernel: {
      family: 'bias-gradient',
      variant: 'tree64',
      source,
      entryPoint: 'main',
      constants: { COUNT: (pixels * batch) / 4 },
    },
    workgroups: [channels, 1, 1],
    flops: channels * pixels * batch,
    bytes: 4 * channels * pixels * batch,
  };
}

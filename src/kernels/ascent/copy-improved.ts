/** Copies what belongs to images that improved; see `shaders/ascent/copy-improved.wgsl`. */
import source from '../../../shaders/ascent/copy-improved.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, readWrite, type KernelFamily, type LaunchOf } from '../family.ts';

export const copyImprovedFamily = {
  name: 'copy-improved',
  group: 'ascent',
  computes: 'copies what belongs to images that improved',
  shaders: { 'copy-improved': source },
  entries: {
    images: { bindings: { best: read(0), current: read(1), kept: readWrite(2) } },
    parameters: { bindings: { best: read(0), current_values: read(3), kept_values: readWrite(4) } },
  },
} as const satisfies KernelFamily;

/** Binds best [4, batch] as `ascent-step.ts` has it, current images and kept ones, both u32 [batch, words]. */
export function copyImprovedImages(
  words: number,
  batch: number,
): LaunchOf<typeof copyImprovedFamily, 'images'> {
  const constants = { COUNT: words * batch, WORDS: words, BATCH: batch / 4 };
  return elementwise(copyImprovedFamily, 'images', words * batch, {
    constants,
    flops: 0,
    bytes: 8 * words * batch,
  });
}

/** Binds best, current_values and kept_values, the parameters now and those kept, both [values, batch]. */
export function copyImprovedParameters(
  values: number,
  batch: number,
): LaunchOf<typeof copyImprovedFamily, 'parameters'> {
  const constants = { COUNT: (values * batch) / 4, BATCH: batch / 4 };
  return elementwise(copyImprovedFamily, 'parameters', (values * batch) / 4, {
    constants,
    flops: 0,
    bytes: 12 * values * batch,
  });
}

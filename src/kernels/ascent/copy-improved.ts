/** Keeps what belongs to images that improved; see `shaders/ascent/copy-improved.wgsl`. */
import source from '../../../shaders/ascent/copy-improved.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

/** Bindings: 0 best [4, batch] as `climb.ts` has it, 1 pictures, 2 kept pictures, both u32 [batch, words]. */
export function copyImprovedImages(words: number, batch: number): Launch {
  const constants = { COUNT: words * batch, WORDS: words, BATCH: batch / 4 };
  const kernel = { family: 'copy-improved', source, entryPoint: 'images', constants };
  return elementwise(kernel, words * batch, { flops: 0, bytes: 8 * words * batch });
}

/** Bindings: 0 best, 3 parameters, 4 kept parameters, both [values, batch]. */
export function copyImprovedParameters(values: number, batch: number): Launch {
  const constants = { COUNT: (values * batch) / 4, BATCH: batch / 4 };
  const kernel = { family: 'copy-improved', source, entryPoint: 'parameters', constants };
  return elementwise(kernel, (values * batch) / 4, { flops: 0, bytes: 12 * values * batch });
}

/** Between four slots and one image; see `shaders/single-image.wgsl`. */
import source from '../../shaders/single-image.wgsl';
import type { Launch } from '../gpu/kernel.ts';
import { elementwise } from './elementwise.ts';

/** Bindings: 0 slots [values, 4], 1 the image of the first one [values], which is written. */
export const takeImage = (values: number): Launch => launch('take', values);

/** Bindings: 0 slots [values, 4], which are written, 1 the image of the first one [values]; the others get zeros. */
export const giveImage = (values: number): Launch => launch('give', values);

function launch(entryPoint: string, values: number): Launch {
  const kernel = { family: 'single-image', source, entryPoint, constants: { COUNT: values } };
  return elementwise(kernel, values, { flops: 0, bytes: 20 * values });
}

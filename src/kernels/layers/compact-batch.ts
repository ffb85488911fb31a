/** Between four slots and one or two images; see `shaders/layers/compact-batch.wgsl`. */
import source from '../../../shaders/layers/compact-batch.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { forImages, type ImagesPerElement } from '../batch-width.ts';

/** Bindings: 0 slots [values, 4], 1 the first of them [values, images], which are written. */
export const takeImages = (values: number, images: ImagesPerElement): Launch =>
  launch('take', values, images);

/** Bindings: 0 slots [values, 4], which are written, 1 the first of them [values, images]; the others get zeros. */
export const giveImages = (values: number, images: ImagesPerElement): Launch =>
  launch('give', values, images);

function launch(entryPoint: string, values: number, images: ImagesPerElement): Launch {
  const constants = { COUNT: values };
  const kernel = {
    family: 'compact-batch',
    source,
    specialisation: forImages(images),
    entryPoint,
    constants,
  };
  return elementwise(kernel, values, { flops: 0, bytes: 4 * values * (4 + images) });
}

/** Softmax: confidences averaged over an image's views and their log-odds, and the cross-entropy loss; see `shaders/layers/softmax.wgsl`. */
import source from '../../../shaders/layers/softmax.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';

export interface ConfidenceShape {
  readonly classes: number;
  /** Slots of a row of logits, a multiple of 4. */
  readonly batch: number;
  /** Images of this batch; image i has the slots i·views … (i+1)·views − 1. */
  readonly images: number;
  readonly views: number;
  /** Images of a row of the result; the uniform says at which of them this batch starts. */
  readonly allImages: number;
}

const mostViews = 10;

/**
 * A confidence p near 1 rounds to 1, and its log-odds log p − log(1 − p) do not; they are finite, ±3e38 at most.
 * Bindings: 0 logits [classes, batch], 1 confidences [classes, allImages], 4 uniform vec4u (x: first image), 5 log-odds
 * [classes, allImages].
 * @throws RangeError for more views than ten
 */
export function confidence(shape: ConfidenceShape): Launch {
  const { classes, batch, images, views, allImages } = shape;
  if (views > mostViews)
    throw new RangeError(`${String(views)} views of an image; at most ${String(mostViews)} are averaged`);
  const constants = { CLASSES: classes, PITCH: batch, COUNT: images, VIEWS: views, OUTPUT_PITCH: allImages };
  return elementwise(
    { family: 'softmax', source, entryPoint: 'confidence', constants },
    images,
    {
      flops: 10 * classes * images * views,
      bytes: 4 * classes * images * (views + 2),
    },
    16,
  );
}

/**
 * Loss and its gradient.
 * Bindings: 0 logits [classes, batch], 1 d logits [classes, batch], 2 targets u32 [batch], 3 loss [batch].
 * @param count slots in use; the loss is their mean
 */
export function crossEntropy(classes: number, batch: number, count: number): Launch {
  const constants = { CLASSES: classes, PITCH: batch, COUNT: count };
  return elementwise(
    { family: 'softmax', source, entryPoint: 'cross_entropy', constants },
    batch,
    {
      flops: 6 * classes * batch,
      bytes: 8 * classes * batch,
    },
    16,
  );
}

/** Softmax: confidences averaged over an image's views and their log-odds, and the cross-entropy loss; see `shaders/layers/softmax.wgsl`. */
import source from '../../../shaders/layers/softmax.wgsl';
import { elementwise } from '../elementwise.ts';
import { read, uniform, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const softmaxFamily = {
  name: 'softmax',
  group: 'layers',
  computes: 'confidence and log-odds, mean over the crops; cross entropy and its gradient',
  shaders: { softmax: source },
  entries: {
    confidence: { bindings: { logits: read(0), result: write(1), first: uniform(4), log_odds: write(5) } },
    cross_entropy: { bindings: { logits: read(0), result: write(1), targets: read(2), loss: write(3) } },
  },
} as const satisfies KernelFamily;

export interface ConfidenceShape {
  readonly classes: number;
  /** Inputs of a row of logits, a multiple of 4. */
  readonly batch: number;
  /** Images of this batch; image i has the inputs i·views … (i+1)·views − 1. */
  readonly images: number;
  readonly views: number;
  /** Images of a row of the result; the uniform says at which of them this batch starts. */
  readonly allImages: number;
}

const mostViews = 10;

/** Few, since an invocation has all classes of an image. */
const lanes = 16;

/**
 * A confidence p near 1 rounds to 1, and its log-odds log p − log(1 − p) do not; they are finite, ±3e38 at most.
 * Binds logits [classes, batch], result, the confidences [classes, allImages], first, vec4u (x: first image), and log_odds
 * [classes, allImages].
 * @throws RangeError for more views than ten
 */
export function confidence(shape: ConfidenceShape): LaunchOf<typeof softmaxFamily, 'confidence'> {
  const { classes, batch, images, views, allImages } = shape;
  if (views > mostViews)
    throw new RangeError(`${String(views)} views of an image; at most ${String(mostViews)} are averaged`);
  const constants = { CLASSES: classes, PITCH: batch, COUNT: images, VIEWS: views, OUTPUT_PITCH: allImages };
  return elementwise(softmaxFamily, 'confidence', images, {
    constants,
    flops: 10 * classes * images * views,
    bytes: 4 * classes * images * (views + 2),
    lanes,
  });
}

/**
 * Loss and its gradient.
 * Binds logits [classes, batch], result, the gradient [classes, batch], targets u32 [batch] and loss [batch].
 * @param count inputs that are no padding; the loss is their mean
 */
export function crossEntropy(
  classes: number,
  batch: number,
  count: number,
): LaunchOf<typeof softmaxFamily, 'cross_entropy'> {
  const constants = { CLASSES: classes, PITCH: batch, COUNT: count };
  return elementwise(softmaxFamily, 'cross_entropy', batch, {
    constants,
    flops: 6 * classes * batch,
    bytes: 8 * classes * batch,
    lanes,
  });
}

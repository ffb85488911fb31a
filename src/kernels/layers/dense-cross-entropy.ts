/** The last dense layer with the cross-entropy loss behind it, forward and backward; see `shaders/layers/dense-cross-entropy.wgsl`. */
import source from '../../../shaders/layers/dense-cross-entropy.wgsl';
import type { AdapterKind } from '../../gpu/device.ts';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';
import type { Target } from '../tuning/variant.ts';

export const denseCrossEntropyFamily = {
  name: 'dense-cross-entropy',
  group: 'layers',
  computes: 'a dense layer, the cross entropy of what it gives, and the gradients of its output and input',
  shaders: { 'dense-cross-entropy': source },
  entries: {
    main: {
      bindings: {
        weight: read(0),
        bias: read(1),
        x: read(2),
        targets: read(3),
        logits: write(4),
        loss: write(5),
        d_logits: write(6),
        dx: write(7),
      },
    },
  },
} as const satisfies KernelFamily;

export interface DenseCrossEntropyShape {
  readonly depth: number;
  readonly classes: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  /** Images that are no padding; the loss is their mean. */
  readonly count: number;
  /** Whether x comes from a rectified linear unit, through which the gradient goes as well. */
  readonly masked: boolean;
}

/**
 * Every workgroup, of four images, reads all weights, twice. That costs little as long as they stay in the nearest cache, 32 KiB on
 * CPUs. Beyond, products are the better way: their tiles share weights among images.
 */
const mostWeights = 8192;

/** One lane makes the softmax of four images, the others wait for it. */
const mostClasses = 64;

const mostLanes = 256;

/**
 * How many lanes share out the depth, at most; what each has is then added one after the other. Drivers that run on the CPU change
 * lanes at every barrier, so that few are faster there.
 */
const mostSlices = { gpu: 64, lavapipe: 8, swiftshader: 8 } as const satisfies Record<AdapterKind, number>;

/** A matrix of 4 × 4 for each lane, as many vec4s as there are classes. */
const bytesOfLane = 64;

/** Whether classes and weights are few enough. */
export function fitsDenseCrossEntropy(
  { depth, classes }: Pick<DenseCrossEntropyShape, 'depth' | 'classes'>,
  target: Pick<Target, 'adapter' | 'limits'>,
): boolean {
  const rows = Math.ceil(classes / 4);
  return classes <= mostClasses && 4 * rows * depth <= mostWeights && slicesOf(rows, target) > 0;
}

/**
 * Whether it is faster than the kernels whose work it does: LeNet's last layer for 64 images takes 0.4 ms of lavapipe in place of
 * 0.5 ms, and 2.2 ms of SwiftShader, where loads are dear, in place of 0.9 ms by quads, whose lanes exchange what they load. On GPUs
 * each of the five kernels would take as long as its launch.
 */
export const suitsDenseCrossEntropy = ({ adapter }: Pick<Target, 'adapter'>): boolean =>
  adapter.kind !== 'swiftshader';

/** How many lanes have the same outputs; 0 where there is no room for one. */
function slicesOf(rows: number, { adapter, limits }: Pick<Target, 'adapter' | 'limits'>): number {
  const { maxComputeInvocationsPerWorkgroup: lanes, maxComputeWorkgroupStorageSize: bytes } = limits;
  const most = Math.min(lanes, Math.floor(bytes / bytesOfLane) - rows);
  return Math.min(mostSlices[adapter.kind], Math.floor(Math.min(most, mostLanes) / rows));
}

/**
 * Binds weight [depth, classes padded to 4], bias, x [depth, batch], targets u32 [batch], logits and d_logits [classes, batch],
 * loss [batch] and dx [depth, batch].
 * @throws RangeError for weights that `fitsDenseCrossEntropy` refuses
 */
export function denseCrossEntropy(
  shape: DenseCrossEntropyShape,
  target: Pick<Target, 'adapter' | 'limits'>,
): LaunchOf<typeof denseCrossEntropyFamily, 'main'> {
  const { depth, classes, batch, count, masked } = shape;
  if (!fitsDenseCrossEntropy(shape, target))
    throw new RangeError(`${String(depth)} × ${String(classes)} weights are too many for one kernel`);
  const rows = Math.ceil(classes / 4);
  const slices = slicesOf(rows, target);
  return launchOf(denseCrossEntropyFamily, 'main', {
    variant: `slices${String(slices)}`,
    constants: {
      DEPTH: depth,
      CLASSES: classes,
      ROWS: rows,
      N_VECTORS: batch / 4,
      COUNT: count,
      SLICES: slices,
      LANES: slices * rows,
      MASKED: masked ? 1 : 0,
    },
    workgroups: [batch / 4, 1, 1],
    flops: (4 * depth + 6) * classes * batch,
    bytes: 4 * (4 * rows * depth + 2 * depth * batch + 2 * classes * batch),
  });
}

/** The largest value of each window. */
import { elementsOf } from '../../kernels/batch-width.ts';
import { maxPool, maxPoolInputGradient, type PoolShape } from '../../kernels/layers/max-pool.ts';
import { volume } from '../extent.ts';
import {
  square,
  type FollowingPool,
  type LayerDefinition,
  type Placed,
  type PrecedingPool,
  type Step,
} from './definition.ts';

/** The largest value of each square window; size and stride in pixels. */
export interface MaxPool {
  readonly kind: 'max-pool';
  readonly name: string;
  readonly size: number;
  readonly stride: number;
  /** Caffe rounds the output's size up (and clips the last window), PyTorch down. */
  readonly rounding: 'up' | 'down';
}

export const maxPoolLayer: LayerDefinition<MaxPool> = {
  examples: [
    { kind: 'max-pool', name: 'clipped', size: 3, stride: 2, rounding: 'up' },
    { kind: 'max-pool', name: 'apart', size: 2, stride: 3, rounding: 'down' },
  ],
  settings: ({ size, stride, rounding }) => `${square(size)}, stride ${String(stride)}, rounded ${rounding}`,
  outputExtent({ size, stride, rounding }, [channels, height, width]) {
    const round = rounding === 'up' ? Math.ceil : Math.floor;
    const side = (length: number) => {
      const windows = round((length - size) / stride) + 1;
      // A window that starts past the edge sees nothing.
      return (windows - 1) * stride < length ? windows : windows - 1;
    };
    return [channels, side(height), side(width)];
  },
  forward(step) {
    const { tape, layer, label, input, output, batch } = step;
    const argmax = tape.tensor(argmaxOf(layer), volume(output.extent) * elementsOf(batch));
    tape.add(label, maxPool(shapeOf(step)), { x: input.tensor, y: output.tensor, argmax });
  },
  inputGradient(step) {
    const { tape, layer, upstream, gradient } = step;
    const tensors = { argmax: argmaxOf(layer), dy: upstream, dx: gradient };
    tape.add(`${layer.name} input gradient`, maxPoolInputGradient(shapeOf(step)), tensors);
  },
};

/** Which place of its window each value comes from: written going forward, read on the way back. */
const argmaxOf = ({ name }: MaxPool): string => `${name}.winners`;

/** The pool as the layer before it sees it, whose kernel may do its work. */
export const followingPool = ({ layer, output }: Placed<MaxPool>): FollowingPool => ({
  name: layer.name,
  size: layer.size,
  stride: layer.stride,
  output,
  argmax: argmaxOf(layer),
});

/** The pool as the layer after it sees it on the way back. */
export const precedingPool = (placed: Placed<MaxPool>, batch: number): PrecedingPool => ({
  name: placed.layer.name,
  shape: shapeOf({ ...placed, batch }),
  argmax: argmaxOf(placed.layer),
});

function shapeOf({ layer, input, output, batch }: Placed<MaxPool> & Pick<Step<MaxPool>, 'batch'>): PoolShape {
  const { size, stride } = layer;
  const [channels, inHeight, inWidth] = input.extent;
  const [, outHeight, outWidth] = output.extent;
  return { channels, inHeight, inWidth, outHeight, outWidth, size, stride, batch };
}

/** Means over windows that share the input out evenly, as PyTorch defines it; nothing to do where the sides are the same. */
import {
  adaptiveAveragePool,
  adaptiveAveragePoolInputGradient,
  type AdaptivePoolShape,
} from '../../kernels/layers/adaptive-average-pool.ts';
import { square, type LayerDefinition, type Step } from './definition.ts';

/** Means over windows that share out the input evenly: [channels, height, width] becomes [channels, side, side]. */
export interface AdaptiveAveragePool {
  readonly kind: 'adaptive-average-pool';
  readonly name: string;
  /** Side of the output. */
  readonly side: number;
}

export const adaptiveAveragePoolLayer: LayerDefinition<AdaptiveAveragePool> = {
  examples: [
    { kind: 'adaptive-average-pool', name: 'overlapping', side: 4 },
    { kind: 'adaptive-average-pool', name: 'whole', side: 1 },
  ],
  settings: ({ side }) => `to ${square(side)}`,
  outputExtent: ({ side }, [channels]) => [channels, side, side],
  changesNothing: ({ side }, [, height, width]) => side === height && side === width,
  forward(step) {
    const launch = adaptiveAveragePool(shapeOf(step));
    step.tape.add(step.label, launch, { x: step.input.tensor, y: step.output.tensor });
  },
  inputGradient(step) {
    const launch = adaptiveAveragePoolInputGradient(shapeOf(step));
    step.tape.add(`${step.layer.name} input gradient`, launch, { x: step.upstream, y: step.gradient });
  },
};

function shapeOf({ layer: { side }, input, batch }: Step<AdaptiveAveragePool>): AdaptivePoolShape {
  const [channels, inHeight, inWidth] = input.extent;
  return { channels, inHeight, inWidth, outHeight: side, outWidth: side, batch };
}

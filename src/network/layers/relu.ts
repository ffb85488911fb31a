/** Rectified linear units: what is positive. Behind a convolution or a dense layer that layer's kernel does it as well. */
import { relu, reluInputGradient } from '../../kernels/layers/relu.ts';
import { volume } from '../extent.ts';
import type { LayerDefinition } from './definition.ts';

/** Rectified linear unit: max(x, 0). */
export interface Relu {
  readonly kind: 'relu';
  readonly name: string;
}

export const reluLayer: LayerDefinition<Relu> = {
  examples: [{ kind: 'relu', name: 'relu' }],
  settings: () => '',
  outputExtent: (_, input) => input,
  forward({ tape, label, input, output, batch }) {
    tape.add(label, relu(volume(input.extent) * batch), { x: input.tensor, y: output.tensor });
  },
  inputGradient({ tape, layer, input, output, batch, upstream, gradient }) {
    const launch = reluInputGradient(volume(input.extent) * batch);
    tape.add(`${layer.name} input gradient`, launch, {
      x: output.tensor,
      y: gradient,
      dy: upstream,
    });
  },
};

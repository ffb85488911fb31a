/** Local response normalisation across channels, as Caffe defines it. */
import { lrn, lrnInputGradient, type LrnShape } from '../../kernels/layers/lrn.ts';
import type { LayerDefinition, Step } from './definition.ts';

/** Local response normalisation across channels: y = x / (k + alpha / size · Σ x²)^beta (Krizhevsky et al. 2012, §3.3). */
export interface Lrn {
  readonly kind: 'lrn';
  readonly name: string;
  /** Channels that normalise one, odd. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

export const lrnLayer: LayerDefinition<Lrn> = {
  examples: [
    { kind: 'lrn', name: 'as Caffe has it', size: 5, alpha: 0.5, beta: 0.75, k: 1 },
    { kind: 'lrn', name: 'of three', size: 3, alpha: 0.9, beta: 0.5, k: 0.7 },
  ],
  settings: ({ size, alpha, beta, k }) =>
    `over ${String(size)} channels, α ${String(alpha)}, β ${String(beta)}, k ${String(k)}`,
  outputExtent: (_, input) => input,
  forward(step) {
    step.tape.add(step.label, lrn(shapeOf(step)), { x: step.input.tensor, y: step.output.tensor });
  },
  inputGradient(step) {
    const { tape, layer, input, upstream, gradient } = step;
    const tensors = { x: input.tensor, dy: upstream, dx: gradient };
    tape.add(`${layer.name} input gradient`, lrnInputGradient(shapeOf(step)), tensors);
  },
};

function shapeOf({ layer, input, batch }: Step<Lrn>): LrnShape {
  const { size, alpha, beta, k } = layer;
  const [channels, height, width] = input.extent;
  return { channels, plane: height * width * batch, size, alpha, beta, k };
}

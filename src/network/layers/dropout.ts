/** Drops values at random in training; elsewhere it is not there. */
import { dropout } from '../../kernels/layers/dropout.ts';
import { volume } from '../extent.ts';
import { dropoutKeyTensor } from '../tensor-names.ts';
import type { LayerDefinition, Step } from './definition.ts';

/** Dropout (Srivastava et al. 2014), there in training alone; what is kept is divided by 1 − rate. */
export interface Dropout {
  readonly kind: 'dropout';
  readonly name: string;
  /** Probability that a value is dropped. */
  readonly rate: number;
}

export const dropoutLayer: LayerDefinition<Dropout> = {
  examples: [{ kind: 'dropout', name: 'drop', rate: 0.5 }],
  settings: ({ rate }) => `${String(100 * rate)} % in training`,
  outputExtent: (_, input) => input,
  trainingOnly: true,
  outsideTensors: { [dropoutKeyTensor]: 4 },
  forward(step) {
    step.tape.add(step.label, launchOf(step), {
      x: step.input.tensor,
      y: step.output.tensor,
      key: dropoutKeyTensor,
    });
  },
  inputGradient(step) {
    const tensors = { x: step.upstream, y: step.gradient, key: dropoutKeyTensor };
    step.tape.add(`${step.layer.name} input gradient`, launchOf(step), tensors);
  },
};

/** What is dropped going forward passes nothing back: the kernel is the same. */
const launchOf = ({ layer, index, input, batch }: Step<Dropout>) =>
  dropout({ values: volume(input.extent) * batch, rate: layer.rate, layer: index });

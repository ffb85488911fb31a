/**
 * Fully connected; what comes in is flattened as channel, row, column. Weights that exceed a binding are in slices of the outputs,
 * and so is what is computed of them.
 */
import { conv2dWeightGradient, denseShape } from '../../kernels/conv2d/conv2d-weight-gradient.ts';
import { imagesPerElement } from '../../kernels/batch-width.ts';
import { matmul } from '../../kernels/matmul/matmul.ts';
import { throughPool } from '../../kernels/layers/max-pool.ts';
import { rectified } from '../../kernels/layers/relu.ts';
import { transpose } from '../../kernels/matmul/transpose.ts';
import { volume } from '../extent.ts';
import { biasName, partName, pitch, slicesOf, storedWords, weightName } from '../parameters.ts';
import { gradientOf, turnedName, zeroBias } from '../tensor-names.ts';
import type { BackwardStep, ForwardStep, LayerDefinition, Step, TurnedWeights } from './definition.ts';

/** A fully connected layer with bias: weights [outputs, inputs], of inputs flattened as channel, row, column. */
export interface Dense {
  readonly kind: 'dense';
  readonly name: string;
  readonly outputs: number;
}

export const denseLayer: LayerDefinition<Dense> = {
  examples: [{ kind: 'dense', name: 'dense', outputs: 5 }],
  settings: ({ outputs }) => `${String(outputs)} outputs`,
  outputExtent: ({ outputs }) => [outputs, 1, 1],
  parameters({ name, outputs }, input) {
    const depth = volume(input);
    return { layer: name, groups: 1, outputs, depth, fileShape: [outputs, depth] };
  },
  canRectify: true,
  zeroBiasFloats: ({ layer, input }) => Math.max(layer.outputs, volume(input.extent)),
  forward,
  layBackwardWeights,
  canStoreThroughPool: ({ layer, input, target }) =>
    slicesOf(volume(input.extent), layer.outputs, target).length === 1,
  parameterGradients,
  inputGradient,
};

/** y = weight · x + bias. */
function forward({ tape, layer, label, rectify, input, output, batch, target }: ForwardStep<Dense>): void {
  const { name, outputs } = layer;
  const depth = volume(input.extent);
  for (const [index, { first, count }] of slicesOf(outputs, depth, target).entries()) {
    const packed = target.denseStorage === 'f16';
    const product = { rows: count, columns: batch, depth, packed, images: imagesPerElement(batch) };
    tape.add(label, rectified(matmul(product, target), rectify), {
      a: partName(weightName(name), index),
      bias: { tensor: biasName(name), first, floats: pitch(count) },
      b: input.tensor,
      c: { tensor: output.tensor, first: first * batch, floats: count * batch },
    });
  }
}

/** [depth, outputs] → [outputs, depth], both cut into slices of what is innermost. */
function layBackwardWeights({
  tape,
  layer: { name, outputs },
  input,
  target,
}: Step<Dense>): TurnedWeights | undefined {
  const depth = volume(input.extent);
  const packed = target.denseStorage === 'f16';
  const words = (values: number) => storedWords(values, true, target.denseStorage);
  for (const [index, transposed] of slicesOf(depth, outputs, target).entries()) {
    const values = outputs * pitch(transposed.count);
    const tensor = tape.tensor(partName(turnedName(name), index), words(values), true);
    for (const [plainIndex, plain] of slicesOf(outputs, depth, target).entries()) {
      const row = pitch(plain.count);
      tape.add(`${name} turn weights`, transpose(transposed.count, plain.count, packed), {
        matrix: {
          tensor: partName(weightName(name), plainIndex),
          first: words(transposed.first * row),
          floats: words(transposed.count * row),
        },
        transposed: {
          tensor,
          first: words(plain.first * pitch(transposed.count)),
          floats: words(plain.count * pitch(transposed.count)),
        },
      });
    }
  }
  const whole = [slicesOf(depth, outputs, target), slicesOf(outputs, depth, target)].every(
    ({ length }) => length === 1,
  );
  if (!whole || packed) return undefined;
  const [weight, turned] = [partName(weightName(name), 0), partName(turnedName(name), 0)];
  return { weight, turned, inputs: depth, taps: 1, outputs };
}

function parameterGradients({ tape, layer, input, batch, target, upstream }: BackwardStep<Dense>): void {
  const { name, outputs } = layer;
  const depth = volume(input.extent);
  for (const [part, { first, count }] of slicesOf(outputs, depth, target).entries())
    tape.add(`${name} weight gradient`, conv2dWeightGradient(denseShape(depth, count, batch), target), {
      x: input.tensor,
      dy: { tensor: upstream, first: first * batch, floats: count * batch },
      dw: gradientOf(partName(weightName(name), part)),
      db: { tensor: gradientOf(biasName(name)), first, floats: pitch(count) },
    });
}

function inputGradient(step: BackwardStep<Dense>): void {
  const { tape, layer, input, batch, target, upstream, gradient, pool } = step;
  const { name, outputs } = layer;
  for (const [part, { first, count }] of slicesOf(volume(input.extent), outputs, target).entries()) {
    const packed = target.denseStorage === 'f16';
    const images = imagesPerElement(batch);
    const product = { rows: count, columns: batch, depth: outputs, packed, images };
    const label = `${name} input gradient`;
    const launch = matmul(product, target);
    const operands = { a: partName(turnedName(name), part), bias: zeroBias, b: upstream };
    if (pool)
      tape.add(`${label}, ${pool.name}`, throughPool(launch, pool.shape), {
        ...operands,
        c: gradient,
        argmax: pool.argmax,
      });
    else
      tape.add<'c' | keyof typeof operands>(label, launch, {
        ...operands,
        c: { tensor: gradient, first: first * batch, floats: count * batch },
      });
  }
}

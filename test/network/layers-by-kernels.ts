/** Any kind of layer for one image and in doubles: the operations that it is made of, each by the reference of its kernel. */
import { constantsOf, referenceOf } from '../../src/kernels/cases.ts';
import type { Operands } from '../../src/kernels/reference.ts';
import { volume, type Layer } from '../../src/network/layer.ts';
import { definitionOf } from '../../src/network/layers/index.ts';
import { biasName, packWeight, unpackWeight, weightName } from '../../src/network/parameters.ts';
import { Tape, type Operand, type Operation } from '../../src/network/tape.ts';
import { gradientOf, zeroBias } from '../../src/network/tensor-names.ts';
import type { Passage, ReferenceLayer, ReturnPassage } from './reference-layer.ts';

/** The value of a tensor at an index. */
type Element = (index: number) => number;

const target = {
  adapter: { kind: 'lavapipe' },
  limits: {
    maxComputeInvocationsPerWorkgroup: 256,
    maxComputeWorkgroupStorageSize: 16_384,
    maxStorageBufferBindingSize: 2 ** 27,
  },
  denseStorage: 'f32',
  has: () => false,
} as const;

/** A tape whose operations are run by the references of their kernels. */
class ReferenceTape extends Tape {
  readonly #elements = new Map<string, Element>();

  given(tensor: string, values: ArrayLike<number>): string {
    this.#elements.set(tensor, (index) => values[index] ?? NaN);
    return this.tensor(tensor, values.length);
  }

  values(tensor: string): Float64Array {
    return Float64Array.from({ length: this.sizes.get(tensor)! / 4 }, (_, index) => this.#at(tensor)(index));
  }

  run(): void {
    for (const { launch, tensors } of this.operations.splice(0)) {
      const results = Object.entries(referenceOf(launch.kernel)!.results);
      const operands = this.#operands(constantsOf(launch.kernel), tensors);
      for (const [name, definition] of results)
        this.#elements.set(whole(tensors[name]!), remembered(definition(operands)));
    }
  }

  #at(tensor: string): Element {
    const element = this.#elements.get(tensor);
    if (!element) throw new Error(`nothing has written ${tensor}`);
    return element;
  }

  #operands(constants: Operands['constants'], tensors: Operation['tensors']): Operands {
    return {
      constants,
      values: (name) => this.#at(whole(tensors[name]!)),
      length: (name) => this.sizes.get(whole(tensors[name]!))! / 4,
    };
  }
}

/** A tensor that is bound from its beginning. */
function whole(operand: Operand): string {
  if (typeof operand === 'string') return operand;
  if (operand.first > 0) throw new Error(`${operand.tensor} is in slices`);
  return operand.tensor;
}

/** Elements that are asked for more than once are computed once. */
function remembered(element: (index: number) => number | undefined): Element {
  const known = new Map<number, number>();
  return (index) => {
    const value = known.get(index) ?? element(index) ?? NaN;
    known.set(index, value);
    return value;
  };
}

/** The layer alone on a tape, with its output written. */
function taped(layer: Layer, { x, from, to, weight, bias }: Passage) {
  const tape = new ReferenceTape();
  const definition = definitionOf(layer);
  const shape = definition.parameters?.(layer, from);
  if (shape) {
    tape.given(weightName(layer.name), packWeight(shape, weight));
    tape.given(biasName(layer.name), packWeight({ ...shape, depth: 1 }, bias));
  }
  const step = {
    ...{ tape, layer, target, index: 0, batch: 1 },
    input: { tensor: tape.given('x', x), extent: from },
    output: { tensor: tape.tensor('y', volume(to)), extent: to },
  };
  definition.layForwardWeights?.(step);
  definition.forward({ ...step, label: 'forward', rectify: false });
  tape.run();
  return { definition, shape, step };
}

function backward(layer: Layer, passage: ReturnPassage): void {
  const { definition, shape, step } = taped(layer, passage);
  const { tape, input, output } = step;
  const upstream = tape.given(gradientOf(output.tensor), passage.dy);
  const gradient = tape.tensor(gradientOf(input.tensor), passage.dx.length);
  const back = { ...step, upstream, gradient };
  tape.given(zeroBias, new Float64Array(definition.zeroBiasFloats?.(step) ?? 0));
  definition.layBackwardWeights?.(step);
  definition.inputGradient(back);
  if (shape && definition.parameterGradients) {
    const parts = [
      [gradientOf(weightName(layer.name)), shape, passage.dWeight],
      [gradientOf(biasName(layer.name)), { ...shape, depth: 1 }, passage.dBias],
    ] as const;
    for (const [name, own] of parts) tape.tensor(name, packWeight(own, new Float32Array()).length);
    definition.parameterGradients(back);
    tape.run();
    for (const [name, own, gradients] of parts)
      gradients.set(unpackWeight(own, Float32Array.from(tape.values(name))));
  } else tape.run();
  passage.dx.set(tape.values(gradient));
}

export const byKernels: ReferenceLayer<Layer> = {
  forward(layer, passage) {
    if (definitionOf(layer).trainingOnly) return passage.x;
    const { tape, output } = taped(layer, passage).step;
    return tape.values(output.tensor);
  },
  backward(layer, passage) {
    if (definitionOf(layer).trainingOnly) passage.dx.set(passage.dy);
    else backward(layer, passage);
  },
};

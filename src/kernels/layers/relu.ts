/** Rectified linear unit and its gradient; see `shaders/layers/relu.wgsl`. */
import source from '../../../shaders/layers/relu.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { forImages, valuesPerElement } from '../batch-width.ts';
import { read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const reluFamily = {
  name: 'relu',
  group: 'layers',
  computes: 'rectified linear unit and its gradient; NaN stays NaN',
  shaders: { relu: source },
  entries: {
    forward: { bindings: { x: read(0), y: write(1) } },
    input_gradient: { bindings: { x: read(0), y: write(1), dy: read(2) } },
  },
} as const satisfies KernelFamily;

/** Binds x and y, both of `values` floats. */
export function relu(values: number): LaunchOf<typeof reluFamily, 'forward'> {
  return launch('forward', values, 2);
}

/** Binds the output of the forward pass as x, the gradient of the input as y, and dy. */
export function reluInputGradient(values: number): LaunchOf<typeof reluFamily, 'input_gradient'> {
  return launch('input_gradient', values, 3);
}

/**
 * What a convolution, a product or Winograd's output transform computes, rectified as it is stored: the numbers are those of a
 * unit after it, without writing and reading them once more. Which variant it is does not depend on it.
 * @param rectify false leaves it as it is
 */
export function rectified<Name extends string>(plain: Launch<Name>, rectify = true): Launch<Name> {
  if (!rectify) return plain;
  const { kernel, ...launch } = plain;
  return { ...launch, kernel: { ...kernel, constants: { ...kernel.constants, RECTIFIED: 1 } } };
}

function launch<E extends EntryOf<typeof reluFamily>>(
  entryPoint: E,
  values: number,
  operands: number,
): LaunchOf<typeof reluFamily, E> {
  const width = valuesPerElement(values);
  const count = values / width;
  return elementwise(reluFamily, entryPoint, count, {
    specialisation: forImages(width),
    constants: { COUNT: count },
    flops: values,
    bytes: 4 * values * operands,
  });
}

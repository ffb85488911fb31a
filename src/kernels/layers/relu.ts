/** Rectified linear unit and its gradient; see `shaders/layers/relu.wgsl`. */
import source from '../../../shaders/layers/relu.wgsl';
import type { Launch } from '../../gpu/kernel.ts';
import { elementwise } from '../elementwise.ts';
import { forImages, valuesPerElement } from '../batch-width.ts';

/** Bindings: 0 x, 1 y, both of `values` floats. */
export function relu(values: number): Launch {
  return launch('forward', values, 2);
}

/** Bindings: 0 the forward pass's y, 1 dx, 2 dy. */
export function reluInputGradient(values: number): Launch {
  return launch('input_gradient', values, 3);
}

/**
 * What a convolution, a product or the last step of squares computes, rectified as it is stored: the numbers are those of a
 * unit after it, without writing and reading them once more. Which variant it is does not depend on it.
 * @param rectify false leaves it as it is
 */
export function rectified(plain: Launch, rectify = true): Launch {
  if (!rectify) return plain;
  const { kernel, ...launch } = plain;
  return { ...launch, kernel: { ...kernel, constants: { ...kernel.constants, RECTIFIED: 1 } } };
}

function launch(entryPoint: string, values: number, operands: number): Launch {
  const width = valuesPerElement(values);
  const count = values / width;
  const kernel = {
    family: 'relu',
    source,
    specialisation: forImages(width),
    entryPoint,
    constants: { COUNT: count },
  };
  return elementwise(kernel, count, { flops: values, bytes: 4 * values * operands });
}

/** How ONNX's Conv and pooling nodes lay their windows. */
import { integerOf, labelOf, type OnnxNode } from './onnx-node.ts';
import type { Fail } from './refusal.ts';
import type { ConvolutionWindow, PoolLayer, Window } from './weight-file.ts';

const integersOf = (node: OnnxNode, attribute: string): readonly number[] | undefined => {
  const values = node.attributes.get(attribute)?.integers;
  return values && values.length > 0 ? values : undefined;
};

/** @param kernel rows and columns of the weight */
export function convolutionWindow(node: OnnxNode, kernel: readonly number[], fail: Fail): ConvolutionWindow {
  const { stride, padding } = windowOf(node, kernel, fail);
  const dilation = integersOf(node, 'dilations') ?? [1, 1];
  return { stride, padding, dilation, groups: integerOf(node, 'group', 1) };
}

export const isDilated = (node: OnnxNode): boolean =>
  integersOf(node, 'dilations')?.some((step) => step !== 1) ?? false;

/** MaxPool, AveragePool and their global forms. */
export function poolLayer(node: OnnxNode, name: string, fail: Fail): PoolLayer {
  const kind = node.operator.endsWith('MaxPool') ? 'max-pool' : 'average-pool';
  const kernel = integersOf(node, 'kernel_shape');
  const isGlobal = node.operator.startsWith('Global');
  if (!isGlobal && kernel === undefined) fail(`node ${name} (${node.operator}) has no kernel_shape`);
  return {
    kind,
    name,
    operator: node.operator,
    window: kernel === undefined || isGlobal ? undefined : windowOf(node, kernel, fail),
    roundsUp: integerOf(node, 'ceil_mode', 0) !== 0,
  };
}

function windowOf(node: OnnxNode, kernel: readonly number[], fail: Fail): Window {
  const stride = integersOf(node, 'strides') ?? kernel.map(() => 1);
  const automatic = node.attributes.get('auto_pad')?.text ?? 'NOTSET';
  const padding = integersOf(node, 'pads') ?? kernel.flatMap(() => [0, 0]);
  if (automatic === 'NOTSET') return { kernel, stride, padding };
  if (automatic === 'VALID') return { kernel, stride, padding: padding.map(() => 0) };
  // As many values out as in: the padding is known without the image's size where no window is left out.
  if (stride.some((step) => step !== 1)) {
    fail(
      `node ${labelOf(node)} (${node.operator}) has auto_pad ${automatic} with a stride; ` +
        'export the model with explicit pads',
    );
  }
  const smaller = kernel.map((size) => Math.floor((size - 1) / 2));
  const larger = kernel.map((size) => Math.ceil((size - 1) / 2));
  const isUpper = automatic === 'SAME_UPPER';
  return { kernel, stride, padding: isUpper ? [...smaller, ...larger] : [...larger, ...smaller] };
}

/** Normalisations of an ONNX graph as layers. */
import { batchNormalisation } from './batch-normalisation.ts';
import type { OnnxConstants } from './onnx-constants.ts';
import { floatOf, integerOf, labelOf, type OnnxNode } from './onnx-node.ts';
import { refuseNode } from './onnx-operands.ts';
import type { Fail } from './refusal.ts';
import type { FileLayer } from './weight-file.ts';

/** Batch normalisation at inference. */
export function batchNormLayer(node: OnnxNode, constants: OnnxConstants, fail: Fail): FileLayer {
  const parts = node.inputs.slice(1, 5).map((name) => constants.source(name)?.tensor);
  const [scale, shift, mean, variance] = parts;
  if (!scale || !shift || !mean || !variance || new Set(parts.map((part) => part?.data.length)).size > 1) {
    return refuseNode(fail, node, 'has not scale, shift, mean and variance for each channel in the file');
  }
  if (integerOf(node, 'training_mode', 0) !== 0)
    refuseNode(fail, node, 'is in training mode; export the model after model.eval()');
  const epsilon = floatOf(node, 'epsilon', 1e-5);
  return {
    kind: 'affine',
    name: labelOf(node),
    operator: node.operator,
    ...batchNormalisation({
      scale: scale.data,
      shift: shift.data,
      mean: mean.data,
      variance: variance.data,
      epsilon,
    }),
    madeOf: [scale, shift, mean, variance].map(({ name }) => name),
  };
}

export function responseNormLayer(node: OnnxNode, fail: Fail): FileLayer {
  const size = node.attributes.get('size')?.integer;
  if (size === undefined) return refuseNode(fail, node, 'has no size');
  return {
    kind: 'lrn',
    name: labelOf(node),
    operator: node.operator,
    size,
    alpha: floatOf(node, 'alpha', 1e-4),
    beta: floatOf(node, 'beta', 0.75),
    k: floatOf(node, 'bias', 1),
  };
}

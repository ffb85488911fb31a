/** Weights and biases of the nodes of an ONNX graph. */
import type { OnnxConstants, OnnxSource } from './onnx-constants.ts';
import { labelOf, type OnnxNode } from './onnx-node.ts';
import { isPerOutput } from './onnx-sums.ts';
import type { Fail } from './refusal.ts';
import type { WeightedLayer } from './weight-file.ts';

/** Refuses a file because of one of its nodes. */
export function refuseNode(fail: Fail, node: OnnxNode, problem: string): never {
  return fail(`node ${labelOf(node)} (${node.operator}) ${problem}`);
}

/** @throws WeightFileError by `fail` where it is no tensor of the file or of another rank */
export function weightOf(node: OnnxNode, constants: OnnxConstants, rank: number, fail: Fail): OnnxSource {
  const source = constants.source(node.inputs[1]);
  if (source === undefined) {
    return refuseNode(
      fail,
      node,
      `has the weight "${node.inputs[1] ?? ''}", which is no floating-point tensor of the file; export the model ` +
        'with constant folding, without quantisation and with its weights',
    );
  }
  const { shape, name } = source.tensor;
  if (shape.length !== rank) {
    refuseNode(
      fail,
      node,
      `has the weight ${name} of shape [${shape.join(', ')}], expected ${String(rank)} dimensions`,
    );
  }
  return source;
}

/**
 * Name of the bias: ONNX lets that of Gemm broadcast, [1, out]; that of a convolution is [out].
 * @returns undefined where the node has none
 */
export function biasOf(
  node: OnnxNode,
  constants: OnnxConstants,
  kind: WeightedLayer['kind'],
  fail: Fail,
): string | undefined {
  const input = node.inputs[2] ?? '';
  if (input === '') return undefined;
  const bias = constants.source(input)?.tensor;
  const isBias =
    bias !== undefined && (bias.shape.length === 1 || (kind === 'dense' && isPerOutput(bias, kind)));
  if (!isBias) {
    const found =
      bias === undefined
        ? 'is no floating-point tensor of the file'
        : `has the shape [${bias.shape.join(', ')}]`;
    return refuseNode(fail, node, `has the bias "${input}", which ${found}; expected a tensor [out]`);
  }
  return bias.name;
}

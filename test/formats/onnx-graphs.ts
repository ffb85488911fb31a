/** Graphs of ONNX for the tests of its reader, and how they are read. */
import { expect } from 'vitest';
import { readOnnx } from '../../src/formats/onnx.ts';
import { isWeighted, type WeightFile } from '../../src/formats/weight-file.ts';
import { float, int, ints, node, onnxBytes, rawTensor, TYPE } from '../support/onnx-files.ts';

export const FILE = 'net.onnx';
export const read = (graph: object) => readOnnx(onnxBytes(graph), FILE);

export const layer = (name: string, weight: string, bias?: string, transposed = false, kind = 'dense') => ({
  name,
  kind,
  weight,
  ...(bias !== undefined && { bias }),
  transposed,
});
export const convolution = (name: string, weight: string, bias: string) =>
  layer(name, weight, bias, false, 'convolution');
/** Layers with weights; where a convolution lays its kernel is asserted elsewhere. */
export const weightedOf = (file: WeightFile) =>
  file.layers?.filter(isWeighted).map((each) => {
    const { window, ...rest } = each;
    expect(window === undefined).toBe(each.kind === 'dense');
    return rest;
  });

/** The model zoo's AlexNet as Caffe2 exported it, with few channels: nodes without names, a Reshape before fc6. */
export const zoo = (() => {
  const convolutions: [string, number[]][] = [
    ['conv1', [4, 3, 11, 11]],
    ['conv2', [6, 2, 5, 5]],
    ['conv3', [6, 6, 3, 3]],
    ['conv4', [6, 3, 3, 3]],
    ['conv5', [4, 3, 3, 3]],
  ];
  const dense: [string, number[]][] = [
    ['fc6', [8, 36]],
    ['fc7', [8, 8]],
    ['fc8', [10, 8]],
  ];
  const parameters = [...convolutions, ...dense].flatMap(([name, shape], index) => [
    rawTensor(`${name}_w_0`, shape, index),
    rawTensor(`${name}_b_0`, [shape[0]!], index + 50),
  ]);
  const shape = { name: 'OC2_DUMMY_1', dims: [2], dataType: TYPE.int64, int64Data: [1, 36] };
  const chain = [...convolutions, ...dense].map(([name]) => name);
  return {
    name: 'bvlc_alexnet',
    initializer: [...parameters, shape],
    input: [{ name: 'data_0' }, ...parameters.map(({ name }) => ({ name })), { name: 'OC2_DUMMY_1' }],
    output: [{ name: 'prob_1' }],
    node: [
      ...chain.flatMap((name, index) => {
        const previous =
          index === 0 ? 'data_0' : name === 'fc6' ? 'OC2_DUMMY_0' : `relu_${String(index - 1)}`;
        const inputs = [previous, `${name}_w_0`, `${name}_b_0`];
        return [
          ...(name === 'fc6' ? [node('Reshape', ['relu_4', 'OC2_DUMMY_1'], 'OC2_DUMMY_0')] : []),
          name.startsWith('conv')
            ? node('Conv', inputs, `${name}_1`, [int('group', 2), ints('kernel_shape', [3, 3])])
            : node('Gemm', inputs, `${name}_1`, [int('transB', 1), int('broadcast', 1), float('alpha', 1)]),
          node('Relu', [`${name}_1`], `relu_${String(index)}`),
        ];
      }),
      node('Softmax', ['relu_7'], 'prob_1', [int('axis', 1)]),
    ],
  };
})();

/** torchvision's AlexNet cut short, as torch.onnx.export writes it: named nodes, a Constant, weights by their path. */
export const torch = {
  name: 'main_graph',
  initializer: [
    rawTensor('features.0.weight', [4, 3, 11, 11], 1),
    rawTensor('features.0.bias', [4], 2),
    rawTensor('onnx::Conv_17', [6, 4, 3, 3], 3),
    rawTensor('onnx::Conv_18', [6], 4),
    rawTensor('learned_0', [8, 6], 5),
    rawTensor('learned_1', [8], 6),
  ],
  node: [
    node('Conv', ['input', 'features.0.weight', 'features.0.bias'], 'a', [], '/features/features.0/Conv'),
    node('Relu', ['a'], 'b', [], '/features/features.1/Relu'),
    node('Conv', ['b', 'onnx::Conv_17', 'onnx::Conv_18'], 'c', [], '/features/features.3/Conv'),
    node('Constant', [], '/Constant_output_0', [
      { name: 'value', type: 4, t: { dims: [1], dataType: TYPE.int64, rawData: new Uint8Array(8) } },
    ]),
    node('Reshape', ['c', '/Constant_output_0'], 'd'),
    node('Gemm', ['d', 'learned_0', 'learned_1'], 'e', [
      float('alpha', 1),
      float('beta', 1),
      int('transB', 1),
    ]),
  ],
};

/** LeNet's weights in the formats of other programs, each written by something independent of our readers. */
import { parameterShapes } from '../../src/network/parameter-shapes.ts';
import type { Weights } from '../../src/network/parameters.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { caffeBytes } from './caffe-files.ts';
import { int, ints, node, onnxBytes, TYPE } from './onnx-files.ts';

interface LayerWeights {
  readonly name: string;
  readonly isDense: boolean;
  readonly shape: number[];
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

const layersOf = (weights: Weights): LayerWeights[] =>
  parameterShapes(lenet()).map(({ layer, fileShape }) => ({
    name: layer,
    isDense: fileShape.length === 2,
    shape: [...fileShape],
    weight: weights.get(`${layer}.weight`)!.data,
    bias: weights.get(`${layer}.bias`)!.data,
  }));

/** With Caffe's encoding of today. */
export function lenetCaffemodel(weights: Weights): Uint8Array {
  const layer = layersOf(weights).map(({ name, isDense, shape, weight, bias }) => ({
    name,
    type: isDense ? 'InnerProduct' : 'Convolution',
    blobs: [
      { shape: { dim: shape }, data: [...weight] },
      { shape: { dim: [bias.length] }, data: [...bias] },
    ],
  }));
  return caffeBytes('NetParameter', { name: 'LeNet', layer: [{ name: 'mnist', type: 'Data' }, ...layer] });
}

/** With the encoding of 2013: V1 layers, blobs of four dimensions. */
export function lenetOldCaffemodel(weights: Weights): Uint8Array {
  const layers = layersOf(weights).map(({ name, isDense, shape, weight, bias }) => {
    const [num, channels, height, width] = [...new Array<number>(4 - shape.length).fill(1), ...shape];
    return {
      name,
      type: isDense ? 14 : 4,
      blobs: [
        { num, channels, height, width, data: [...weight] },
        { num: 1, channels: 1, height: 1, width: bias.length, data: [...bias] },
      ],
    };
  });
  return caffeBytes('NetParameter', { name: 'LeNet', layers });
}

/** How a dense layer stands in an ONNX graph; the last adds the biases of convolutions apart, too. */
export type DenseForm = 'Gemm, transB 1' | 'Gemm, transB 0' | 'MatMul and Add' | 'Add everywhere';

/** Tensors called as Caffe2 calls them, `conv1_w_0` and so on. */
export function lenetOnnx(weights: Weights, form: DenseForm): Uint8Array {
  const initializer: object[] = [];
  const nodes: object[] = [];
  const tensor = (name: string, dims: number[], values: Float32Array) => {
    const rawData = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    initializer.push({ name, dims, dataType: TYPE.float, rawData });
    return name;
  };
  let input = 'data_0';
  for (const { name, isDense, shape, weight, bias } of layersOf(weights)) {
    const isTurned = isDense && form !== 'Gemm, transB 1';
    const dims = isTurned ? shape.toReversed() : shape;
    const w = tensor(`${name}_w_0`, dims, isTurned ? turned(weight, shape[0]!) : weight);
    const isApart = form === 'Add everywhere';
    const along = isDense ? [1, bias.length] : [bias.length, 1, 1];
    const b = tensor(`${name}_b_0`, isApart ? along : [bias.length], bias);
    if (!isDense) {
      const pool = [ints('kernel_shape', [2, 2]), ints('strides', [2, 2])];
      if (isApart)
        nodes.push(node('Conv', [input, w], `${name}_0`), node('Add', [b, `${name}_0`], `${name}_1`));
      else nodes.push(node('Conv', [input, w, b], `${name}_1`));
      nodes.push(node('MaxPool', [`${name}_1`], `${name}_2`, pool));
    } else {
      if (name === 'ip1') nodes.push(node('Flatten', [input], 'flat'));
      if (name === 'ip2') nodes.push(node('Relu', [input], 'relu'));
      const from = name === 'ip1' ? 'flat' : 'relu';
      if (isApart || form === 'MatMul and Add')
        nodes.push(node('MatMul', [from, w], `${name}_1`), node('Add', [`${name}_1`, b], `${name}_2`));
      else nodes.push(node('Gemm', [from, w, b], `${name}_2`, isTurned ? [] : [int('transB', 1)]));
    }
    input = `${name}_2`;
  }
  return onnxBytes({
    name: 'lenet',
    initializer,
    node: nodes,
    input: [{ name: 'data_0' }],
    output: [{ name: input }],
  });
}

/** [rows, columns] → [columns, rows]. */
function turned(values: Float32Array, rows: number): Float32Array {
  const columns = values.length / rows;
  return Float32Array.from(
    values,
    (_, index) => values[(index % rows) * columns + Math.floor(index / rows)]!,
  );
}

/** A mean image as Caffe's compute_image_mean writes it. */
export const binaryproto = (shape: readonly number[], values: Float32Array): Uint8Array => {
  const [channels, height, width] = shape;
  return caffeBytes('BlobProto', { num: 1, channels, height, width, data: [...values] });
};

/** LeNet as an ONNX model in memory, for ONNX Runtime to judge ours by. */
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Weights } from '../../src/nn/parameters.ts';

const { onnx } = onnxProto;

interface Attribute {
  readonly name: string;
  readonly value: number | readonly number[];
}

const attribute = ({ name, value }: Attribute) =>
  Array.isArray(value) ? { name, type: 7, ints: value as number[] } : { name, type: 2, i: value as number };

const node = (opType: string, input: string[], output: string, attributes: Attribute[] = []) => ({
  opType,
  input,
  output: [output],
  attribute: attributes.map(attribute),
});

const valueInfo = (name: string, dims: number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});

/** @returns logits [image][class] of inputs [images, 1, 28, 28] */
export async function onnxLogits(
  weights: Weights,
  inputs: Float32Array,
  images: number,
): Promise<Float32Array[]> {
  const initializer = [...weights].map(([name, { shape, data }]) => ({
    name,
    dims: [...shape],
    dataType: 1,
    rawData: new Uint8Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)),
  }));
  const pool: Attribute[] = [
    { name: 'kernel_shape', value: [2, 2] },
    { name: 'strides', value: [2, 2] },
  ];
  const graph = {
    name: 'lenet',
    initializer,
    node: [
      node('Conv', ['x', 'conv1.weight', 'conv1.bias'], 'c1'),
      node('MaxPool', ['c1'], 'p1', pool),
      node('Conv', ['p1', 'conv2.weight', 'conv2.bias'], 'c2'),
      node('MaxPool', ['c2'], 'p2', pool),
      node('Flatten', ['p2'], 'f'),
      node('Gemm', ['f', 'ip1.weight', 'ip1.bias'], 'd1', [{ name: 'transB', value: 1 }]),
      node('Relu', ['d1'], 'r1'),
      node('Gemm', ['r1', 'ip2.weight', 'ip2.bias'], 'logits', [{ name: 'transB', value: 1 }]),
    ],
    input: [valueInfo('x', [images, 1, 28, 28])],
    output: [valueInfo('logits', [images, 10])],
  };
  const model = onnx.ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 13 }], graph });
  const session = await InferenceSession.create(onnx.ModelProto.encode(model).finish(), {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  const { logits } = await session.run({ x: new Tensor('float32', inputs, [images, 1, 28, 28]) });
  const all = logits!.data as Float32Array;
  return Array.from({ length: images }, (_, image) => all.slice(10 * image, 10 * image + 10));
}

/** Graphs of a small network with one layer of each kind, in ONNX, and what ONNX Runtime and we make of them. */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import type { WeightFile } from '../../src/formats/weight-file.ts';
import { matchTo } from '../../src/weights/match-weights.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { referenceLogits } from '../network/reference-network.ts';
import { numbers } from '../support/caffe-files.ts';
import { int, ints, node, onnxBytes } from '../support/onnx-files.ts';

export const small = (classes: number): Architecture => ({
  name: 'small',
  input: [2, 8, 8],
  layers: [
    { kind: 'convolution', name: 'c', outChannels: 4, kernel: 3, stride: 1, padding: 1, groups: 1 }, // [4, 8, 8]
    { kind: 'relu', name: 'r' },
    { kind: 'max-pool', name: 'p', size: 3, stride: 2, rounding: 'up' }, //                             [4, 4, 4]
    { kind: 'dense', name: 'd', outputs: 6 },
    { kind: 'relu', name: 's' },
    { kind: 'dense', name: 'e', outputs: classes },
  ],
});

export const values: Readonly<
  Record<string, readonly [shape: readonly number[], values: readonly number[]]>
> = {
  cw: [[4, 2, 3, 3], numbers(72, 1).map((value) => value / 4)],
  cb: [[4], numbers(4, 2)],
  dw: [[6, 64], numbers(384, 3).map((value) => value / 16)],
  db: [[6], numbers(6, 4)],
  ew: [[5, 6], numbers(30, 5)],
  eb: [[5], numbers(5, 6)],
  scale: [[4], [0.5, -1.25, 2, 0.75]],
  shift: [[4], [0.25, -0.5, 1, 0]],
  mean: [[4], [0.5, -0.25, 0.125, 2]],
  variance: [[4], [1.5, 0.25, 4, 0.0625]],
  dscale: [[6], [0.5, 1.5, -2, 1, 0.25, 3]],
  dshift: [[6], [1, 0, -1, 0.5, 0.25, -0.125]],
  dmean: [[6], [1, 2, -1, 0, 0.5, -0.5]],
  dvariance: [[6], [1, 4, 0.25, 2, 9, 0.5]],
  channel: [
    [4, 1, 1],
    [0.5, -2, 1, 3],
  ],
  single: [[], [0.5]],
};

export const initializer = Object.entries(values).map(([name, [dims, data]]) => ({
  name,
  dims: [...dims],
  dataType: 1,
  rawData: new Uint8Array(Float32Array.from(data).buffer),
}));

export const conv = (out: string, inputs = ['x', 'cw', 'cb'], more: object[] = []) =>
  node('Conv', inputs, out, [ints('pads', [1, 1, 1, 1]), ...more], 'first');
export const pool = (from: string, out: string, more: object[] = [int('ceil_mode', 1)]) =>
  node('MaxPool', [from], out, [ints('kernel_shape', [3, 3]), ints('strides', [2, 2]), ...more], 'pool');
/** From the pooled values to the logits `y`. */
export const tail = (from: string, weight = 'dw') => [
  node('Flatten', [from], 'flat'),
  node('Gemm', ['flat', weight, 'db'], 'd', [int('transB', 1)], 'second'),
  node('Relu', ['d'], 's', [], 'relu2'),
  node('Gemm', ['s', 'ew', 'eb'], 'y', [int('transB', 1)], 'third'),
];
export const relu = (from: string, out: string) => node('Relu', [from], out, [], 'relu1');

export const valueInfo = (name: string, dims: number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});
export const bytesOf = (nodes: object[], output = 'y') =>
  onnxBytes({
    name: 'small',
    initializer,
    node: nodes,
    input: [valueInfo('x', [1, 2, 8, 8])],
    output: [valueInfo(output, [1, 5])],
  });
export const image = Float32Array.from(numbers(128, 9));

export async function peerLogits(nodes: object[], output?: string): Promise<number[]> {
  const session = await InferenceSession.create(bytesOf(nodes, output), { executionProviders: ['cpu'] });
  const answer = await session.run({ x: new OrtTensor('float32', image, [1, 2, 8, 8]) });
  await session.release();
  return [...(Object.values(answer)[0]!.data as Float32Array)];
}

export function ourLogits(file: WeightFile): number[] {
  const { architecture, weights, ignored } = matchTo(file, small, 'f');
  expect(ignored.map(({ name }) => name)).not.toContain('cw');
  return [...referenceLogits(architecture, weights, image)];
}

export const norm = (from: string, out: string, of = '', more: object[] = []) =>
  node(
    'BatchNormalization',
    [from, ...['scale', 'shift', 'mean', 'variance'].map((name) => of + name)],
    out,
    more,
    `${of}norm`,
  );

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { lenet } from '../../src/model/architectures/lenet.ts';
import type { Architecture } from '../../src/network/layer.ts';
import {
  packWeight,
  unpackWeight,
  WeightRangeError,
  WeightShapeError,
  type WeightTensor,
  type Weights,
} from '../../src/network/parameters.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { openTestGpu } from '../gpu.ts';

test('packing loses nothing, pads with zeros and puts outputs innermost', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 9 }),
      (groups, outputs, depth) => {
        const shape = { layer: 'x', groups, outputs, depth, fileShape: [groups * outputs, depth] };
        const data = Float32Array.from({ length: groups * outputs * depth }, (_, index) => index + 1);
        const packed = packWeight(shape, data);
        const row = Math.ceil(outputs / 4) * 4;
        expect(unpackWeight(shape, packed)).toEqual(data);
        expect(packed.length).toBe(groups * depth * row);
        expect(packed.filter((value) => value === 0).length).toBe(packed.length - data.length);
        if (outputs > 1) expect(packed[1]).toBe(data[depth]);
      },
    ),
  );
});

const without = (name: string) => {
  const weights = initialWeights(lenet(), 1);
  weights.delete(name);
  return weights;
};

const reshaped = (name: string, shape: readonly number[]) => {
  const tensor: WeightTensor = {
    shape,
    data: new Float32Array(shape.reduce((product, side) => product * side, 1)),
  };
  return initialWeights(lenet(), 1).set(name, tensor);
};

test.each([
  [
    'a tensor that is missing',
    without('conv2.weight'),
    /file\.bin: no tensor conv2\.weight, which lenet needs/,
  ],
  [
    'a shape of another network',
    reshaped('ip1.weight', [500, 801]),
    /file\.bin: ip1\.weight is \[500, 801\], lenet expects \[500, 800\]/,
  ],
  ['a bias too short', reshaped('conv1.bias', [19]), /conv1\.bias is \[19\], lenet expects \[20\]/],
])('weights that do not fit are named: %s', async (_, weights, message) => {
  const gpu = await openTestGpu();
  const upload = () => uploadParameters(gpu, lenet(), weights, 'file.bin');
  await expect(upload()).rejects.toThrow(WeightShapeError);
  await expect(upload()).rejects.toThrow(message);
});

describe('dense weights as halves', () => {
  const architecture: Architecture = {
    name: 'small',
    input: [1, 1, 2],
    layers: [{ kind: 'dense', name: 'out', outputs: 2 }],
  };
  const bias = { shape: [2], data: new Float32Array(2) };
  const plain = (value: number): Weights =>
    new Map([
      ['out.weight', { shape: [2, 2], data: Float32Array.of(1, 2, 3, value) }],
      ['out.bias', bias],
    ]);
  const factored = (value: number): Weights =>
    new Map([
      ['out.weight.left', { shape: [2, 1], data: Float32Array.of(1, value) }],
      ['out.weight.right', { shape: [1, 2], data: Float32Array.of(1000, 1) }],
      ['out.bias', bias],
    ]);

  it('are refused where a value, or a product of factors, is too large for a half', async () => {
    const gpu = await openTestGpu();
    const upload = (weights: Weights) => uploadParameters(gpu, architecture, weights, 'file.bin', 'f16');
    await expect(upload(plain(70_000))).rejects.toThrow(/file\.bin: out\.weight holds a value of size 70000/);
    await expect(upload(factored(70))).rejects.toThrow(WeightRangeError);
    await expect(upload(plain(65_000))).resolves.toBeDefined();
    await expect(upload(factored(60))).resolves.toBeDefined();
    await expect(uploadParameters(gpu, architecture, plain(70_000), 'file.bin')).resolves.toBeDefined();
  });
});

test('all products of factors are asked for before one of them is waited for', async () => {
  const gpu = await openTestGpu();
  const outputs = [7, 11, 13];
  const layers = outputs.map((count, index) => ({
    kind: 'dense' as const,
    name: `dense${String(index)}`,
    outputs: count,
  }));
  const weights: Weights = new Map(
    outputs.flatMap((count, index): [string, WeightTensor][] => {
      const [depth, name] = [outputs[index - 1] ?? 5, `dense${String(index)}`];
      return [
        [`${name}.weight.left`, { shape: [count, 2], data: new Float32Array(2 * count) }],
        [`${name}.weight.right`, { shape: [2, depth], data: new Float32Array(2 * depth) }],
        [`${name}.bias`, { shape: [count], data: new Float32Array(count) }],
      ];
    }),
  );
  const { pipelines } = gpu;
  const before = pipelines.onCompiling;
  const open: number[] = [];
  pipelines.onCompiling = (compiled, asked) => open.push(asked - compiled);
  try {
    using uploaded = await uploadParameters(gpu, { name: 'three', input: [1, 1, 5], layers }, weights, 'f');
    expect(uploaded.size).toBe(6);
  } finally {
    pipelines.onCompiling = before;
  }
  expect(open).toEqual([1, 2, 3, 2, 1, 0]);
});

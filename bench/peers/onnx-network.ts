/** Any of our architectures as an ONNX model in memory, for ONNX Runtime to judge ours by. */
import onnxProto from 'onnx-proto';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { extents, volume, type Architecture, type Layer } from '../../src/network/layer.ts';
import { factorNames, type Weights } from '../../src/network/parameters.ts';
import { placeLayers } from '../../src/network/placement.ts';

const { onnx } = onnxProto;

type Node = NonNullable<Parameters<typeof onnx.NodeProto.create>[0]>;

const ints = (name: string, values: number[]) => ({ name, type: 7, ints: values });
const int = (name: string, value: number) => ({ name, type: 2, i: value });
const float = (name: string, value: number) => ({ name, type: 1, f: value });

function nodesOf(layer: Layer, input: string, output: string, weights: Weights): Node[] {
  const { name } = layer;
  const parameters = [`${name}.weight`, `${name}.bias`];
  switch (layer.kind) {
    case 'convolution': {
      const { stride, padding, groups } = layer;
      const attribute = [
        ints('strides', [stride, stride]),
        ints('pads', [padding, padding, padding, padding]),
        int('group', groups),
      ];
      return [{ opType: 'Conv', input: [input, ...parameters], output: [output], attribute }];
    }
    case 'max-pool': {
      const { size, stride, rounding } = layer;
      const attribute = [
        ints('kernel_shape', [size, size]),
        ints('strides', [stride, stride]),
        int('ceil_mode', rounding === 'up' ? 1 : 0),
      ];
      return [{ opType: 'MaxPool', input: [input], output: [output], attribute }];
    }
    case 'lrn': {
      const { size, alpha, beta, k } = layer;
      const attribute = [int('size', size), float('alpha', alpha), float('beta', beta), float('bias', k)];
      return [{ opType: 'LRN', input: [input], output: [output], attribute }];
    }
    case 'relu':
      return [{ opType: 'Relu', input: [input], output: [output] }];
    case 'dense': {
      const attribute = [int('transB', 1)];
      const flat = { opType: 'Flatten', input: [input], output: [`${name} flat`] };
      const [left, right] = factorNames(name);
      if (!weights.has(left)) {
        return [
          flat,
          { opType: 'Gemm', input: [`${name} flat`, ...parameters], output: [output], attribute },
        ];
      }
      const rank = `${name} rank`;
      return [
        flat,
        { opType: 'Gemm', input: [`${name} flat`, right], output: [rank], attribute },
        { opType: 'Gemm', input: [rank, left, `${name}.bias`], output: [output], attribute },
      ];
    }
    case 'adaptive-average-pool':
      if (layer.side === 1) return [{ opType: 'GlobalAveragePool', input: [input], output: [output] }];
      throw new Error('ONNX has adaptive pools to one value alone');
    default:
      throw new Error(`${layer.kind} is nothing that this reference needs`);
  }
}

const valueInfo = (name: string, dims: number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: dims.map((dimValue) => ({ dimValue })) } } },
});

/** The file of a model whose input is `input` [images, channels, height, width] and whose output `logits` [images, classes]. */
export function onnxModel(architecture: Architecture, weights: Weights): Uint8Array {
  const initializer = [...weights].map(([name, { shape, data }]) => ({
    name,
    dims: [...shape],
    dataType: 1,
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }));
  const node = placeLayers(architecture, false).flatMap(({ layer, input, output }) =>
    nodesOf(layer, input.tensor, output.tensor, weights),
  );
  const classes = volume(extents(architecture).at(-1)!);
  const graph = {
    name: architecture.name,
    initializer,
    node,
    input: [valueInfo('input', [-1, ...architecture.input])],
    output: [valueInfo('logits', [-1, classes])],
  };
  for (const { type } of [...graph.input, ...graph.output])
    type.tensorType.shape.dim[0] = { dimParam: 'images' } as never;
  const model = onnx.ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 13 }], graph });
  return onnx.ModelProto.encode(model).finish();
}

/** @returns judges inputs [images, channels, height, width]: logits [images, classes] */
export async function onnxNetwork(
  architecture: Architecture,
  weights: Weights,
): Promise<(inputs: Float32Array, images: number) => Promise<Float32Array>> {
  const session = await InferenceSession.create(onnxModel(architecture, weights), {
    executionProviders: ['cpu'],
    logSeverityLevel: 3,
  });
  return async (inputs, images) => {
    const { logits } = await session.run({
      input: new Tensor('float32', inputs, [images, ...architecture.input]),
    });
    return logits!.data as Float32Array;
  };
}

/** The same layers with a fraction of the channels and a smaller image, so that a test takes a moment. */
export function thinned(architecture: Architecture, by: number, side: number): Architecture {
  const input = [architecture.input[0], side, side] as const;
  const last = architecture.layers.length - 1;
  const layers = architecture.layers.map((layer, index): Layer => {
    if (layer.kind === 'convolution')
      return { ...layer, outChannels: Math.max(8, Math.ceil(layer.outChannels / by / 8) * 8) };
    if (layer.kind === 'adaptive-average-pool') return { ...layer, side: 1 };
    return layer.kind === 'dense' && index < last ? { ...layer, outputs: layer.outputs / 64 } : layer;
  });
  return { ...architecture, input, layers };
}

/**
 * .onnx: a ModelProto, whose graph holds weights (initialisers, and the values of Constant nodes) and the operations
 * that use them. Only the weights and the order of the layers are taken; the graph is not run.
 * The format: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
import { count } from '../util/count.ts';
import { OnnxConstants } from './onnx-constants.ts';
import { LayerSearch } from './onnx-layers.ts';
import { ATTRIBUTE, readOnnxNode, type OnnxNode } from './onnx-node.ts';
import { readOnnxTensor, readSparseTensor, type OnnxTensor } from './onnx-tensor.ts';
import { MessageReader } from './protobuf.ts';
import { type Fail, FETCH_AGAIN, refusalOf } from './refusal.ts';
import { checkVolume, readValues } from './tensor-values.ts';
import type { Tensor } from './tensor.ts';
import { viewOf } from './view-of.ts';
import type { Ignored, WeightFile } from './weight-file.ts';

/** Field numbers of ModelProto and GraphProto. */
const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5, output: 12, sparseInitializer: 15 } as const;
/** Of ValueInfoProto. */
const VALUE_NAME = 1;

/** Far more than any network has; a file of empty messages would otherwise take many times its size in memory. */
const MAX_PARTS = 100_000;

/**
 * Reads the floating-point tensors of a model and finds its layers. A layer goes by the name of
 * its node, or by that of its weight where the node has none.
 * @param fileName for messages only
 * @throws WeightFileError when the file is damaged, holds no floating-point tensor or one that is not finite,
 *   keeps its values in another file, or has a layer with computed weights or with a transposed or scaled input.
 */
export function readOnnx(bytes: Uint8Array, fileName: string): WeightFile {
  const fail = refusalOf(fileName);
  const parts = new Parts(fail);
  // Nodes may come before the initialisers that they use: two walks.
  for (const graph of graphsOf(bytes, fail)) readInitializers(graph, bytes, parts, fail);
  const constants = new OnnxConstants(parts.tensors, (name) => parts.passedOver.has(name));
  const search = new LayerSearch(constants, parts.outputs, fail);
  for (const graph of graphsOf(bytes, fail)) {
    while (graph.next()) {
      if (graph.field !== GRAPH.node) continue;
      parts.countOne();
      const node = readOnnxNode(graph.message(), fail);
      if (node.operator === 'Constant') parts.add(readConstant(node, bytes, fail));
      else search.visit(node);
    }
  }
  const { tensors } = parts;
  if (tensors.size === 0) fail('holds no floating-point tensor; is it an ONNX file with its weights?');
  return {
    format: 'onnx',
    tensors,
    layers: search.layers,
    ignored: [...parts.ignored, ...constants.ignored],
  };
}

/** What the graph holds, by name. */
class Parts {
  readonly tensors = new Map<string, Tensor>();
  readonly ignored: Ignored[] = [];
  /** Names of tensors that are no weights. */
  readonly passedOver = new Set<string>();
  /** Names of what the graph gives. */
  readonly outputs = new Set<string>();
  #count = 0;
  readonly #fail: Fail;

  constructor(fail: Fail) {
    this.#fail = fail;
  }

  add(part: OnnxTensor): void {
    if ('ignored' in part) {
      this.ignored.push(part.ignored);
      this.passedOver.add(part.ignored.name);
      return;
    }
    const { name } = part.tensor;
    if (this.tensors.has(name)) this.#fail(`two tensors are called ${name}; export the model again`);
    this.tensors.set(name, part.tensor);
  }

  countOne(): void {
    if (++this.#count > MAX_PARTS)
      this.#fail(`has more than ${count(MAX_PARTS)} nodes and tensors; ${FETCH_AGAIN}`);
  }
}

/** The graph: one message, though protobuf lets a writer split it. */
function* graphsOf(bytes: Uint8Array, fail: Fail): Generator<MessageReader> {
  const model = new MessageReader(bytes, fail);
  while (model.next()) if (model.field === MODEL_GRAPH) yield model.message();
}

/** Weights and the names of outputs. */
function readInitializers(graph: MessageReader, bytes: Uint8Array, parts: Parts, fail: Fail): void {
  while (graph.next()) {
    if (graph.field === GRAPH.initializer) {
      parts.countOne();
      parts.add(readOnnxTensor(graph.message(), bytes, fail));
    } else if (graph.field === GRAPH.sparseInitializer) {
      parts.countOne();
      parts.add(readSparseTensor(graph.message()));
    } else if (graph.field === GRAPH.output) {
      parts.countOne();
      const output = graph.message();
      while (output.next()) if (output.field === VALUE_NAME) parts.outputs.add(output.text());
    }
  }
}

/** The value of a Constant node, which goes by the name of the node's output. */
function readConstant(node: OnnxNode, bytes: Uint8Array, fail: Fail): OnnxTensor {
  const { attributes, output } = node;
  const tensor = attributes.get('value')?.tensor;
  if (tensor !== undefined) return readOnnxTensor(tensor, bytes, fail, output);
  const single = attributes.get('value_float');
  if (single !== undefined) return readFloats(single.message, ATTRIBUTE.float, output, bytes, fail);
  const list = attributes.get('value_floats');
  if (list !== undefined) return readFloats(list.message, ATTRIBUTE.floats, output, bytes, fail);
  return { ignored: { name: output, reason: 'a constant that is not floating-point' } };
}

function readFloats(
  attribute: MessageReader,
  field: number,
  name: string,
  bytes: Uint8Array,
  fail: Fail,
): OnnxTensor {
  const length = attribute.fixedWidthCount(field, 4);
  const isSingle = field === ATTRIBUTE.float;
  const shape = isSingle ? [] : [length];
  const what = `tensor ${name}`;
  checkVolume(what, shape, length, fail);
  const data = readValues(viewOf(bytes), 'F32', length, attribute.fixedWidthRanges(field, 4), what, fail);
  return { tensor: { name, dtype: 'F32', shape, data } };
}

/**
 * .caffemodel: Caffe's NetParameter with the trained numbers in it. Files from before 2015 list their layers as
 * `layers` (V1LayerParameter, kinds are numbers), later ones as `layer` (LayerParameter, kinds are words); both
 * are read. Field numbers: https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto
 */
import { count } from '../count.ts';
import { readBlob } from './caffe-blob.ts';
import { MessageReader } from './protobuf.ts';
import { type Fail, FETCH_AGAIN, refusalOf } from './refusal.ts';
import type { Tensor } from './tensor.ts';
import { viewOf } from './view-of.ts';
import type { WeightedLayer, WeightFile } from './weight-file.ts';

/** Field numbers of the two messages that describe a layer, by their field number in NetParameter. */
const LAYER_MESSAGES: Readonly<Record<number, LayerFields>> = {
  2: { name: 4, type: 5, blobs: 6, innerProduct: 17, v0: 1 },
  100: { name: 1, type: 2, blobs: 7, innerProduct: 117 },
};

interface LayerFields {
  readonly name: number;
  readonly type: number;
  readonly blobs: number;
  /** InnerProductParameter. */
  readonly innerProduct: number;
  /** V0LayerParameter, inside which the oldest files keep everything. */
  readonly v0?: number;
}

const INNER_PRODUCT_TRANSPOSE = 6;

/** Those of V1LayerParameter.LayerType that have weights. */
const V1_TYPES: Readonly<Record<number, string>> = {
  4: 'Convolution',
  14: 'InnerProduct',
  39: 'Deconvolution',
};
const KINDS: ReadonlyMap<string, WeightedLayer['kind']> = new Map([
  ['Convolution', 'convolution'],
  ['InnerProduct', 'dense'],
]);

/** Far more than any network has; a file of empty layers would otherwise take many times its size in memory. */
const MAX_LAYERS = 10_000;
/** No layer of Caffe has as many blobs. */
const MAX_BLOBS = 16;

interface CaffeLayer {
  readonly name: string;
  readonly type: string;
  readonly blobs: readonly MessageReader[];
  /** The dense weight is stored as [in, out]. */
  readonly isTransposed: boolean;
}

/**
 * Reads the convolutions and dense layers of a Caffe network: tensors `<layer>.weight`, [out, in / groups,
 * height, width] or [out, in], and `<layer>.bias`, [out].
 * @param fileName for messages only
 * @throws WeightFileError when the file is damaged, is in Caffe's first format (V0), holds no weights, or
 *   holds a value that is not finite.
 */
export function readCaffemodel(bytes: Uint8Array, fileName: string): WeightFile {
  const fail = refusalOf(fileName);
  if (isHdf5(bytes))
    fail('is an HDF5 file, only binary protocol buffers are read; set snapshot_format: BINARYPROTO');
  const view = viewOf(bytes);
  const tensors = new Map<string, Tensor>();
  const layers: WeightedLayer[] = [];
  const ignored: { name: string; reason: string }[] = [];
  for (const layer of layersOf(new MessageReader(bytes, fail), fail)) {
    const kind = KINDS.get(layer.type);
    const reason = kind === undefined ? unusable(layer) : missing(layer);
    if (reason !== undefined) ignored.push({ name: layer.name, reason });
    if (kind === undefined || layer.blobs.length === 0) continue;
    const read = readLayer(layer, kind, view, fail);
    for (const tensor of read.tensors) {
      if (tensors.has(tensor.name)) fail(`two layers are called ${layer.name}; rename one of them`);
      tensors.set(tensor.name, tensor);
    }
    layers.push(read.layer);
  }
  if (layers.length === 0) {
    fail(
      'holds no convolution or dense layer with weights; is it a caffemodel that was saved after training?',
    );
  }
  return { format: 'caffemodel', tensors, layers, ignored };
}

function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46].every((byte, index) => bytes[index] === byte);
}

function unusable({ type, blobs }: CaffeLayer): string | undefined {
  return blobs.length > 0
    ? `a layer of type ${type}; only Convolution and InnerProduct have a use for their weights here`
    : undefined;
}

function missing({ type, blobs }: CaffeLayer): string | undefined {
  return blobs.length === 0 ? `a layer of type ${type} whose weights are not in the file` : undefined;
}

function* layersOf(net: MessageReader, fail: Fail): Generator<CaffeLayer> {
  let layers = 0;
  while (net.next()) {
    const fields = LAYER_MESSAGES[net.field];
    if (fields === undefined) continue;
    if (++layers > MAX_LAYERS) fail(`has more than ${count(MAX_LAYERS)} layers; ${FETCH_AGAIN}`);
    yield describeLayer(net.message(), fields, fail);
  }
}

/** Where everything of a layer lies; its numbers are not read yet. */
function describeLayer(message: MessageReader, fields: LayerFields, fail: Fail): CaffeLayer {
  let name = '';
  let type = '';
  let isTransposed = false;
  const blobs: MessageReader[] = [];
  while (message.next()) {
    switch (message.field) {
      case fields.v0:
        fail(
          "is in Caffe's first format (V0LayerParameter), which is not read; Caffe's own tool " +
            'upgrade_net_proto_binary converts it',
        );
        break;
      case fields.name:
        name = message.text();
        break;
      case fields.type:
        type = fields.v0 === undefined ? message.text() : v1Type(message.integer());
        break;
      case fields.blobs:
        if (blobs.length === MAX_BLOBS)
          fail(`layer ${name} has more than ${String(MAX_BLOBS)} blobs; ${FETCH_AGAIN}`);
        blobs.push(message.message());
        break;
      case fields.innerProduct:
        isTransposed = readTranspose(message.message());
        break;
    }
  }
  return { name, type, blobs, isTransposed };
}

function v1Type(type: number): string {
  return V1_TYPES[type] ?? `number ${String(type)}`;
}

function readTranspose(parameters: MessageReader): boolean {
  let transpose = false;
  while (parameters.next()) {
    if (parameters.field === INNER_PRODUCT_TRANSPOSE) transpose = parameters.integer() !== 0;
  }
  return transpose;
}

function readLayer(
  { name, blobs, isTransposed }: CaffeLayer,
  kind: WeightedLayer['kind'],
  view: DataView,
  fail: Fail,
): { readonly tensors: readonly Tensor[]; readonly layer: WeightedLayer } {
  const [weightBlob, biasBlob, ...others] = blobs;
  if (name === '') fail(`a ${kind} layer has no name; ${FETCH_AGAIN}`);
  if (weightBlob === undefined || others.length > 0) {
    return fail(`layer ${name} has ${String(blobs.length)} blobs, expected a weight and perhaps a bias`);
  }
  const weight = `${name}.weight`;
  const tensors = [tensorOf(weightBlob, weight, kind === 'convolution' ? 4 : 2, view, fail)];
  const layer = { name, kind, weight, transposed: kind === 'dense' && isTransposed };
  if (biasBlob === undefined) return { tensors, layer };
  const bias = `${name}.bias`;
  return { tensors: [...tensors, tensorOf(biasBlob, bias, 1, view, fail)], layer: { ...layer, bias } };
}

/** A blob without the leading ones that old files fill its shape up to four dimensions with. */
function tensorOf(blob: MessageReader, name: string, rank: number, view: DataView, fail: Fail): Tensor {
  const { shape, data } = readBlob(blob, view, `tensor ${name}`, fail);
  const extra = shape.length - rank;
  if (extra < 0 || shape.slice(0, extra).some((size) => size !== 1)) {
    fail(
      `tensor ${name} has the shape [${shape.join(', ')}], expected ${String(rank)} dimensions ` +
        '(and perhaps ones before them)',
    );
  }
  return { name, dtype: 'F32', shape: shape.slice(extra), data };
}

/**
 * .caffemodel: Caffe's NetParameter with the trained numbers in it. Files from before 2015 list their layers as
 * `layers` (V1LayerParameter, kinds are numbers), later ones as `layer` (LayerParameter, kinds are words); both
 * are read. Field numbers: https://github.com/BVLC/caffe/blob/master/src/caffe/proto/caffe.proto
 */
import { count } from '../util/count.ts';
import { readBlob } from './caffe-blob.ts';
import { CaffeChain, interpret } from './caffe-chain.ts';
import { describeLayer, LAYER_MESSAGES, type CaffeLayer } from './caffe-layer.ts';
import { convolutionWindow, firstNumber, numbersByField, transformOf } from './caffe-parameters.ts';
import { MessageReader } from './protobuf.ts';
import { type Fail, FETCH_AGAIN, refusalOf } from './refusal.ts';
import type { Tensor } from './tensor.ts';
import { viewOf } from './view-of.ts';
import { isWeighted, type Ignored, type WeightedLayer, type WeightFile } from './weight-file.ts';
import { sentence } from '../util/sentence.ts';

const KINDS: ReadonlyMap<string, WeightedLayer['kind']> = new Map([
  ['Convolution', 'convolution'],
  ['InnerProduct', 'dense'],
]);

/** Far more than any network has; a file of empty layers would otherwise take many times its size in memory. */
const MAX_LAYERS = 10_000;

/**
 * Reads the layers of a Caffe network, and of convolutions and dense ones the weights: tensors `<layer>.weight`, [out, in / groups,
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
  const ignored: Ignored[] = [];
  const chain = new CaffeChain();
  for (const layer of layersOf(new MessageReader(bytes, fail), fail)) {
    const kind = KINDS.get(layer.type);
    const transform = transformOf(layer.parameters('transform'));
    if (transform !== undefined)
      ignored.push({
        name: layer.name,
        reason: sentence`preprocessing is what options say: ${transform}, as it has it`,
      });
    if (kind === undefined) {
      chain.add(layer, interpret(layer, view, fail));
      continue;
    }
    if (layer.blobs.length === 0) {
      ignored.push({
        name: layer.name,
        reason: `a layer of type ${layer.type} whose weights are not in the file`,
      });
      continue;
    }
    const read = readLayer(layer, kind, view, fail);
    for (const tensor of read.tensors) {
      if (tensors.has(tensor.name)) fail(`two layers are called ${layer.name}; rename one of them`);
      tensors.set(tensor.name, tensor);
    }
    chain.add(layer, read.layer);
  }
  const { layers } = chain;
  if (!layers.some(isWeighted)) {
    fail(
      'holds no convolution or dense layer with weights; is it a caffemodel that was saved after training?',
    );
  }
  return { format: 'caffemodel', tensors, layers, ignored };
}

function isHdf5(bytes: Uint8Array): boolean {
  return [0x89, 0x48, 0x44, 0x46].every((byte, index) => bytes[index] === byte);
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

function readLayer(
  { name, blobs, parameters }: CaffeLayer,
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
  const isTransposed = kind === 'dense' && isTransposedIn(parameters('innerProduct'));
  const told = kind === 'convolution' ? parameters('convolution') : undefined;
  const window = told && { window: convolutionWindow(told) };
  const layer = { name, kind, weight, transposed: isTransposed, ...window };
  if (biasBlob === undefined) return { tensors, layer };
  const bias = `${name}.bias`;
  return { tensors: [...tensors, tensorOf(biasBlob, bias, 1, view, fail)], layer: { ...layer, bias } };
}

const TRANSPOSE = 6;

const isTransposedIn = (parameters: MessageReader | undefined): boolean =>
  firstNumber(numbersByField(parameters, [TRANSPOSE]), TRANSPOSE, 0) === 1;

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

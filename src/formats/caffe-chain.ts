/** What a Caffe network does between its weights, layer after layer. */
import { batchNormalisation } from './batch-normalisation.ts';
import { readBlob } from './caffe-blob.ts';
import type { CaffeLayer } from './caffe-layer.ts';
import { epsilonOf, normLayer, poolLayer, powerOf, slopeOf } from './caffe-parameters.ts';
import type { Fail } from './refusal.ts';
import type { AffineLayer, FileLayer } from './weight-file.ts';

/** They keep every value, in its order. */
const UNCHANGED = new Set(['Dropout', 'Flatten', 'Reshape', 'Split']);
/** Where pictures come from, and what is made of answers while a network is trained. */
const AROUND = /^(Input|Data|.*Data|DummyData|Accuracy|Silence|HDF5Output|Parameter|.*Loss|SoftmaxWithLoss)$/;
const ANSWERS = new Set(['Softmax', 'ArgMax']);

/**
 * What a layer without a convolution's or a dense layer's weights does.
 * @returns undefined where the values stay as they are, or where none of a network's own flow through it
 * @throws WeightFileError by `fail` where its numbers are damaged
 */
export function interpret(layer: CaffeLayer, view: DataView, fail: Fail): FileLayer | undefined {
  const { name, type, parameters } = layer;
  const other: FileLayer = { kind: 'other', name, operator: type };
  if (UNCHANGED.has(type) || isAround(layer)) return undefined;
  if (ANSWERS.has(type)) return { kind: 'answer', name, operator: type };
  switch (type) {
    case 'ReLU':
      return slopeOf(parameters('relu')) === 0
        ? { kind: 'relu', name, operator: type }
        : { ...other, reason: 'it has a slope below zero' };
    case 'Pooling': {
      const pooling = parameters('pooling');
      return (pooling && poolLayer(pooling, name)) ?? other;
    }
    case 'LRN':
      return normLayer(parameters('lrn'), name) ?? { ...other, reason: 'it is within channels' };
    case 'Power': {
      const { power, scale, shift } = powerOf(parameters('power'));
      return power === 1 ? affine(layer, Float64Array.of(scale), Float64Array.of(shift)) : other;
    }
    case 'Python':
      return { ...other, reason: 'what it computes is not in the file' };
    case 'BatchNorm':
    case 'Scale':
    case 'Bias':
      return layer.blobs.length > 0
        ? channelwise(layer, view, fail)
        : { ...other, reason: 'it has no weights' };
    default:
      return other;
  }
}

/** A layer in Python gives pictures where it takes none, and measures answers where it takes labels beside them. */
const isAround = ({ type, bottoms, tops }: CaffeLayer): boolean =>
  AROUND.test(type) ||
  (type === 'Python' && (bottoms.length === 0 ? tops.length > 0 : bottoms.includes('label')));

const affine = ({ name, type }: CaffeLayer, scale: Float64Array, shift: Float64Array): AffineLayer => ({
  kind: 'affine',
  name,
  operator: type,
  scale,
  shift,
});

/** BatchNorm: sums of means and variances, and by what to divide them. Scale: factors, and perhaps what is added. Bias. */
function channelwise(layer: CaffeLayer, view: DataView, fail: Fail): AffineLayer {
  const [first = new Float32Array(), second, third] = layer.blobs.map(
    (blob, index) => readBlob(blob, view, `blob ${String(index)} of layer ${layer.name}`, fail).data,
  );
  if (layer.type === 'Bias')
    return affine(layer, new Float64Array(first.length).fill(1), Float64Array.from(first));
  if (second !== undefined && second.length !== first.length) {
    return fail(
      `layer ${layer.name} (${layer.type}) has blobs of ${String(first.length)} and ${String(second.length)} values`,
    );
  }
  if (layer.type === 'Scale') {
    return affine(
      layer,
      Float64Array.from(first),
      Float64Array.from(second ?? new Float64Array(first.length)),
    );
  }
  if (second === undefined) return fail(`layer ${layer.name} (BatchNorm) has a mean but no variance`);
  const divisor = third?.[0] ?? 1;
  // As in Caffe, where nothing was gathered yet.
  const factor = divisor === 0 ? 0 : 1 / divisor;
  const sums = { mean: first, variance: second };
  const { scale, shift } = batchNormalisation({
    mean: Float64Array.from(sums.mean, (value) => value * factor),
    variance: Float64Array.from(sums.variance, (value) => value * factor),
    epsilon: epsilonOf(layer.parameters('batchNorm')),
  });
  return affine(layer, scale, shift);
}

/** Layers one after the other: each takes what the one before gave. */
export class CaffeChain {
  readonly layers: FileLayer[] = [];
  /** All names of what the last layer gave; empty before the first. */
  #current: ReadonlySet<string> = new Set();

  /** @param does undefined for a layer that changes nothing */
  add(layer: CaffeLayer, does: FileLayer | undefined): void {
    if (isAround(layer)) return;
    const { name, type, bottoms, tops } = layer;
    const isKnown = this.#current.size === 0 || bottoms.length === 0;
    const stranger = isKnown ? undefined : bottoms.find((bottom) => !this.#current.has(bottom));
    if (stranger !== undefined) {
      const reason = `it takes ${stranger}: the network branches`;
      this.layers.push({ kind: 'other', name, operator: type, reason });
    }
    if (does && (stranger === undefined || does.kind !== 'other')) this.layers.push(does);
    this.#current = new Set(tops);
  }
}

/** One layer of a .caffemodel: where its parts lie. Nothing of its numbers is read yet. */
import type { MessageReader } from './protobuf.ts';
import { type Fail, FETCH_AGAIN } from './refusal.ts';

export interface CaffeLayer {
  readonly name: string;
  readonly type: string;
  /** Names of what it takes and gives; files that were made by other programs may have none. */
  readonly bottoms: readonly string[];
  readonly tops: readonly string[];
  readonly blobs: readonly MessageReader[];
  readonly parameters: (of: keyof LayerFields['parameters']) => MessageReader | undefined;
}

interface LayerFields {
  readonly name: number;
  readonly type: number;
  readonly bottom: number;
  readonly top: number;
  readonly blobs: number;
  /** V0LayerParameter, inside which the oldest files keep everything. */
  readonly v0?: number;
  readonly parameters: {
    readonly convolution: number;
    readonly innerProduct: number;
    readonly lrn: number;
    readonly pooling: number;
    readonly power: number;
    readonly relu: number;
    /** What is done to pictures that come out of a layer of data. */
    readonly transform: number;
    readonly batchNorm?: number;
  };
}

/** Field numbers of the two messages that describe a layer, by their field number in NetParameter. */
export const LAYER_MESSAGES: Readonly<Record<number, LayerFields>> = {
  2: {
    name: 4,
    type: 5,
    bottom: 2,
    top: 3,
    blobs: 6,
    v0: 1,
    parameters: {
      convolution: 10,
      innerProduct: 17,
      lrn: 18,
      pooling: 19,
      power: 21,
      relu: 30,
      transform: 36,
    },
  },
  100: {
    name: 1,
    type: 2,
    bottom: 3,
    top: 4,
    blobs: 7,
    parameters: {
      convolution: 106,
      innerProduct: 117,
      lrn: 118,
      pooling: 121,
      power: 122,
      relu: 123,
      transform: 100,
      batchNorm: 139,
    },
  },
};

/** V1LayerParameter.LayerType, in the words of today. */
const V1_TYPES: Readonly<Record<number, string>> = {
  1: 'Accuracy',
  2: 'BNLL',
  3: 'Concat',
  4: 'Convolution',
  5: 'Data',
  6: 'Dropout',
  7: 'EuclideanLoss',
  8: 'Flatten',
  9: 'HDF5Data',
  10: 'HDF5Output',
  12: 'ImageData',
  13: 'InfogainLoss',
  14: 'InnerProduct',
  15: 'LRN',
  16: 'MultinomialLogisticLoss',
  17: 'Pooling',
  18: 'ReLU',
  19: 'Sigmoid',
  20: 'Softmax',
  21: 'SoftmaxWithLoss',
  22: 'Split',
  23: 'TanH',
  24: 'WindowData',
  25: 'Eltwise',
  26: 'Power',
  27: 'SigmoidCrossEntropyLoss',
  28: 'HingeLoss',
  29: 'MemoryData',
  30: 'ArgMax',
  32: 'DummyData',
  33: 'Slice',
  34: 'MVN',
  35: 'AbsVal',
  36: 'Silence',
  37: 'ContrastiveLoss',
  39: 'Deconvolution',
};

/** No layer of Caffe has as many blobs, bottoms or tops. */
const MAX_PARTS = 16;

/** @throws WeightFileError by `fail` where the file is in Caffe's first format or damaged */
export function describeLayer(message: MessageReader, fields: LayerFields, fail: Fail): CaffeLayer {
  let name = '';
  let type = '';
  const bottoms: string[] = [];
  const tops: string[] = [];
  const blobs: MessageReader[] = [];
  const parts = new Map<number, MessageReader>();
  const wanted = new Set<number>(Object.values(fields.parameters));
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
      case fields.bottom:
        if (bottoms.length < MAX_PARTS) bottoms.push(message.text());
        break;
      case fields.top:
        if (tops.length < MAX_PARTS) tops.push(message.text());
        break;
      case fields.blobs:
        if (blobs.length === MAX_PARTS)
          fail(`layer ${name} has more than ${String(MAX_PARTS)} blobs; ${FETCH_AGAIN}`);
        blobs.push(message.message());
        break;
      default:
        if (wanted.has(message.field)) parts.set(message.field, message.message());
    }
  }
  const parameters = (of: keyof LayerFields['parameters']) => parts.get(fields.parameters[of] ?? 0)?.again();
  return { name, type, bottoms, tops, blobs, parameters };
}

const v1Type = (type: number): string => V1_TYPES[type] ?? `number ${String(type)}`;

/** What kinds of ONNX operators there are, as far as the search for layers tells them apart. */
import { integerOf, type OnnxNode } from './onnx-node.ts';

/** They keep every value, in its order in memory. */
const UNCHANGED = new Set(['Identity', 'Dropout', 'Flatten', 'Reshape', 'Squeeze', 'Unsqueeze']);
/** Of TensorProto: FLOAT, FLOAT16, DOUBLE, BFLOAT16. A Cast to any other rounds. */
const FLOATING_TYPES = new Set([1, 10, 11, 16]);

/** Whether a node gives the values that it takes, in their order. */
export const isUnchanged = (node: OnnxNode): boolean =>
  UNCHANGED.has(node.operator) || (node.operator === 'Cast' && FLOATING_TYPES.has(integerOf(node, 'to', 1)));

/** What they give says nothing of the values. */
export const OF_THE_SHAPE: ReadonlySet<string> = new Set(['Shape', 'Size']);
export const ANSWERS: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax', 'ArgMax']);
export const POOLS: ReadonlySet<string> = new Set([
  'MaxPool',
  'AveragePool',
  'GlobalMaxPool',
  'GlobalAveragePool',
]);
export const SUMS: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div']);
/** They do the same to [rows, columns, channels] as to [channels, rows, columns]. */
export const BLIND_TO_ORDER: ReadonlySet<string> = new Set([
  'Relu',
  'Gemm',
  'MatMul',
  'Transpose',
  'Cast',
  ...UNCHANGED,
]);

/** Axes of Transpose nodes, on [images, channels, rows, columns]. */
export const SAME_ORDER = '0,1,2,3';
export const TO_CHANNELS_LAST = '0,2,3,1';
export const TO_CHANNELS_FIRST = '0,3,1,2';
/** Of an image [rows, columns, channels], with a number of images before them or none: what a network may begin with. */
export const IMAGE_TO_CHANNELS_FIRST: ReadonlySet<string> = new Set([TO_CHANNELS_FIRST, '2,0,1']);

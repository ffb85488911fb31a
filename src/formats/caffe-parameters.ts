/** What Caffe's layers say of themselves beside their weights: ConvolutionParameter, PoolingParameter and their like. */
import type { MessageReader } from './protobuf.ts';
import type { ConvolutionWindow, NormLayer, PoolLayer } from './weight-file.ts';
import { joined, sentence, setting, type Sentence } from '../util/sentence.ts';

type Numbers = ReadonlyMap<number, number[]>;

/** The numbers of a message by field, none where there is no message; submessages and texts are left alone. */
export function numbersByField(
  message: MessageReader | undefined,
  integers: readonly number[],
  floats: readonly number[] = [],
): Numbers {
  const found = new Map<number, number[]>();
  while (message?.next()) {
    const { field } = message;
    const list = found.get(field) ?? [];
    if (integers.includes(field)) message.shortList(list);
    else if (floats.includes(field)) list.push(message.float());
    else continue;
    found.set(field, list);
  }
  return found;
}

/** @param otherwise Caffe's default */
export const firstNumber = (numbers: Numbers, field: number, otherwise: number): number =>
  numbers.get(field)?.[0] ?? otherwise;

/** One number for both axes, one for each, or those of fields for a single axis, which go before. */
function alongBoth(
  numbers: Numbers,
  both: number,
  rows: number,
  columns: number,
  otherwise: number,
): number[] {
  const [first = otherwise, second = first] = numbers.get(both) ?? [];
  return [firstNumber(numbers, rows, first), firstNumber(numbers, columns, second)];
}

const CONVOLUTION = {
  pad: 3,
  stride: 6,
  group: 5,
  padH: 9,
  padW: 10,
  strideH: 13,
  strideW: 14,
  dilation: 18,
} as const;

export function convolutionWindow(message: MessageReader): ConvolutionWindow {
  const numbers = numbersByField(message, Object.values(CONVOLUTION));
  const { pad, padH, padW, stride, strideH, strideW, dilation, group } = CONVOLUTION;
  const padding = alongBoth(numbers, pad, padH, padW, 0);
  const [rows = 1, columns = rows] = numbers.get(dilation) ?? [];
  return {
    stride: alongBoth(numbers, stride, strideH, strideW, 1),
    padding: [...padding, ...padding],
    dilation: [rows, columns],
    groups: firstNumber(numbers, group, 1),
  };
}

const POOLING = {
  pool: 1,
  kernel: 2,
  stride: 3,
  pad: 4,
  kernelH: 5,
  kernelW: 6,
  strideH: 7,
  strideW: 8,
  padH: 9,
  padW: 10,
  global: 12,
} as const;
const POOL_KINDS = ['max-pool', 'average-pool'] as const;

/** @returns undefined for stochastic pooling */
export function poolLayer(message: MessageReader, name: string): PoolLayer | undefined {
  const numbers = numbersByField(message, Object.values(POOLING));
  const { kernel, kernelH, kernelW, stride, strideH, strideW, pad, padH, padW } = POOLING;
  const kind = POOL_KINDS[firstNumber(numbers, POOLING.pool, 0)];
  if (kind === undefined) return undefined;
  const padding = alongBoth(numbers, pad, padH, padW, 0);
  const window = {
    kernel: alongBoth(numbers, kernel, kernelH, kernelW, 0),
    stride: alongBoth(numbers, stride, strideH, strideW, 1),
    padding: [...padding, ...padding],
  };
  const isGlobal = firstNumber(numbers, POOLING.global, 0) !== 0;
  return { kind, name, operator: 'Pooling', window: isGlobal ? undefined : window, roundsUp: true };
}

const LRN = { size: 1, alpha: 2, beta: 3, region: 4, k: 5 } as const;

/** @returns undefined where it is not across channels */
export function normLayer(message: MessageReader | undefined, name: string): NormLayer | undefined {
  const { size, alpha, beta, region, k } = LRN;
  const numbers = numbersByField(message, [size, region], [alpha, beta, k]);
  if (firstNumber(numbers, region, 0) !== 0) return undefined;
  return {
    kind: 'lrn',
    name,
    operator: 'LRN',
    size: firstNumber(numbers, size, 5),
    alpha: firstNumber(numbers, alpha, 1),
    beta: firstNumber(numbers, beta, 0.75),
    k: firstNumber(numbers, k, 1),
  };
}

/** Slope of a ReLU below zero. */
export const slopeOf = (message: MessageReader | undefined): number =>
  firstNumber(numbersByField(message, [], [1]), 1, 0);

/** What a BatchNorm adds to the variance. */
export const epsilonOf = (message: MessageReader | undefined): number =>
  firstNumber(numbersByField(message, [], [3]), 3, 1e-5);

/** PowerParameter: (shift + scale · x) ^ power. */
export function powerOf(message: MessageReader | undefined): { power: number; scale: number; shift: number } {
  const numbers = numbersByField(message, [], [1, 2, 3]);
  return {
    power: firstNumber(numbers, 1, 1),
    scale: firstNumber(numbers, 2, 1),
    shift: firstNumber(numbers, 3, 0),
  };
}

const TRANSFORM = { scale: 1, meanFile: 4, meanValue: 5 } as const;

/** What a layer of data does to pictures beside cropping and mirroring them, as settings of an import; undefined where nothing. */
export function transformOf(message: MessageReader | undefined): Sentence | undefined {
  let meanFile = '';
  const again = message?.again();
  while (again?.next()) if (again.field === TRANSFORM.meanFile) meanFile = again.text();
  const numbers = numbersByField(message, [], [TRANSFORM.scale, TRANSFORM.meanValue]);
  const scale = firstNumber(numbers, TRANSFORM.scale, 1);
  const mean = meanFile === '' ? (numbers.get(TRANSFORM.meanValue) ?? []).join(',') : meanFile;
  const said = [
    ...(mean === '' ? [] : [sentence`${setting('mean')} ${mean}`]),
    ...(scale === 1 ? [] : [sentence`${setting('scale')} ${scale}`]),
  ];
  return said.length === 0 ? undefined : joined(said, ' ');
}

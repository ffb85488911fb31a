/** ONNX's TensorProto: a named array, its numbers either as raw bytes or in a repeated field of their kind. */
import { count } from '../util/count.ts';
import type { MessageReader } from './protobuf.ts';
import type { Fail } from './refusal.ts';
import { byteLength, checkVolume, readValues, type ByteRange } from './tensor-values.ts';
import { READABLE_TYPES, type ReadableType, type Tensor } from './tensor.ts';
import { viewOf } from './view-of.ts';

/** Field numbers of TensorProto. */
const TENSOR = {
  dims: 1,
  dataType: 2,
  segment: 3,
  floatData: 4,
  int32Data: 5,
  name: 8,
  rawData: 9,
  doubleData: 10,
  externalData: 13,
  dataLocation: 14,
} as const;
const EXTERNAL = 1;
/** Field number of SparseTensorProto. */
const SPARSE_VALUES = 1;
/** Field numbers of StringStringEntryProto. */
const ENTRY = { key: 1, value: 2 } as const;

/** TensorProto.DataType in its order. */
const TYPE_NAMES = (
  'UNDEFINED FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64 COMPLEX64 ' +
  'COMPLEX128 BFLOAT16 FLOAT8E4M3FN FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ UINT4 INT4 FLOAT4E2M1'
).split(' ');

interface StoredType {
  readonly type: ReadableType;
  /** The repeated field that holds the values where `raw_data` does not. */
  readonly field: number;
}

const STORED_TYPES: Readonly<Record<string, StoredType>> = {
  FLOAT: { type: 'F32', field: TENSOR.floatData },
  DOUBLE: { type: 'F64', field: TENSOR.doubleData },
  FLOAT16: { type: 'F16', field: TENSOR.int32Data },
  BFLOAT16: { type: 'BF16', field: TENSOR.int32Data },
};

export type OnnxTensor =
  { readonly tensor: Tensor } | { readonly ignored: { readonly name: string; readonly reason: string } };

/**
 * Reads a tensor whose type is one of FLOAT, FLOAT16, BFLOAT16 and DOUBLE; says of another what it is.
 * @param bytes the whole file
 * @param name overrides the name in the file: a Constant's tensor goes by its output
 * @throws WeightFileError by `fail` when the values lie in another file, are not as many as the shape says, or
 *   are not finite
 */
export function readOnnxTensor(
  message: MessageReader,
  bytes: Uint8Array,
  fail: Fail,
  name?: string,
): OnnxTensor {
  const survey = surveyTensor(message.again());
  const tensorName = name ?? survey.name;
  const what = `tensor ${tensorName}`;
  const { shape, rawData } = survey;
  if (tensorName === '') fail('a tensor has no name; export the model again');
  if (survey.isExternal) {
    fail(
      `${what} keeps its values in another file (${survey.location}), which is not read; export the model as one ` +
        'file, as torch.onnx.export(…, external_data=False) or onnx.save do',
    );
  }
  if (survey.isSegment)
    fail(`${what} is one segment of several, which are not put together; export the model whole`);
  const typeName = TYPE_NAMES[survey.dataType] ?? `number ${String(survey.dataType)}`;
  const stored = Object.hasOwn(STORED_TYPES, typeName) ? STORED_TYPES[typeName] : undefined;
  if (stored === undefined) {
    return {
      ignored: { name: tensorName, reason: `a tensor of type ${typeName}, weights are floating-point` },
    };
  }
  if (shape.some((size) => size < 0))
    fail(`${what} has the shape [${shape.join(', ')}], with a negative size`);
  const { type, field } = stored;
  const data =
    rawData === undefined
      ? readField(message, field, type, shape, bytes, what, fail)
      : readRaw(rawData, type, shape, bytes, what, fail);
  return { tensor: { name: tensorName, dtype: READABLE_TYPES[type].storedAs, shape, data } };
}

/** A SparseTensorProto, of which only the name is read. */
export function readSparseTensor(message: MessageReader): OnnxTensor {
  let name = '';
  while (message.next()) if (message.field === SPARSE_VALUES) name = surveyTensor(message.message()).name;
  return { ignored: { name, reason: 'a sparse tensor, weights are dense' } };
}

interface TensorSurvey {
  name: string;
  dataType: number;
  readonly shape: number[];
  isExternal: boolean;
  /** The other file. */
  location: string;
  isSegment: boolean;
  rawData?: ByteRange;
}

function surveyTensor(message: MessageReader): TensorSurvey {
  const survey: TensorSurvey = {
    name: '',
    dataType: 0,
    shape: [],
    isExternal: false,
    location: 'unnamed',
    isSegment: false,
  };
  while (message.next()) {
    switch (message.field) {
      case TENSOR.dims:
        message.shortList(survey.shape);
        break;
      case TENSOR.dataType:
        survey.dataType = message.integer();
        break;
      case TENSOR.segment:
        survey.isSegment = true;
        break;
      case TENSOR.name:
        survey.name = message.text();
        break;
      case TENSOR.rawData:
        survey.rawData = message.payload();
        break;
      case TENSOR.externalData:
        survey.location = locationOf(message.message()) ?? survey.location;
        break;
      case TENSOR.dataLocation:
        survey.isExternal = message.integer() === EXTERNAL;
        break;
    }
  }
  return survey;
}

function locationOf(entry: MessageReader): string | undefined {
  let key = '';
  let value = '';
  while (entry.next()) {
    if (entry.field === ENTRY.key) key = entry.text();
    if (entry.field === ENTRY.value) value = entry.text();
  }
  return key === 'location' ? value : undefined;
}

function readRaw(
  range: ByteRange,
  type: ReadableType,
  shape: readonly number[],
  bytes: Uint8Array,
  what: string,
  fail: Fail,
): Float32Array {
  const width = READABLE_TYPES[type].bytes;
  const available = range.end - range.start;
  const needed = byteLength(shape, width);
  if (needed !== BigInt(available)) {
    fail(
      `${what} holds ${count(available)} bytes but its shape [${shape.join(', ')}] of ${type} needs ` +
        `${count(needed)}; export the model again`,
    );
  }
  return readValues(viewOf(bytes), type, available / width, [range], what, fail);
}

function readField(
  message: MessageReader,
  field: number,
  type: ReadableType,
  shape: readonly number[],
  bytes: Uint8Array,
  what: string,
  fail: Fail,
): Float32Array {
  const { bytes: width } = READABLE_TYPES[type];
  if (width === 2) return readBitPatterns(message, field, type, shape, what, fail);
  const length = message.fixedWidthCount(field, width);
  checkVolume(what, shape, length, fail);
  return readValues(viewOf(bytes), type, length, message.fixedWidthRanges(field, width), what, fail);
}

/**
 * Halves come as varints in `int32_data`: the 16 bits of each, one after the other. Zero takes one byte in the file and
 * four in memory, which is the most that any file gains here.
 */
function readBitPatterns(
  message: MessageReader,
  field: number,
  type: ReadableType,
  shape: readonly number[],
  what: string,
  fail: Fail,
): Float32Array {
  let length = 0;
  const counting = message.again();
  while (counting.next()) if (counting.field === field) counting.integers(() => length++);
  checkVolume(what, shape, length, fail);
  const patterns = new DataView(new ArrayBuffer(2 * length));
  let offset = 0;
  const reading = message.again();
  while (reading.next()) {
    if (reading.field !== field) continue;
    reading.integers((bits) => {
      if (bits < 0 || bits > 0xffff)
        fail(`${what} holds ${count(bits)} where the 16 bits of a ${type} belong`);
      patterns.setUint16(offset, bits, true);
      offset += 2;
    });
  }
  return readValues(patterns, type, length, [{ start: 0, end: 2 * length }], what, fail);
}

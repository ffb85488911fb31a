/** PyTorch's element types, by the names it gives them, and the names of its storages of each. */
import type { ReadableType } from './tensor.ts';

export interface TorchType {
  readonly kind: 'type';
  readonly name: string;
  readonly bytes: number;
  /** Absent where values of this type are no weights. */
  readonly readable?: ReadableType;
}

const types: readonly TorchType[] = [
  type('float32', 4, 'F32'),
  type('float16', 2, 'F16'),
  type('bfloat16', 2, 'BF16'),
  type('float64', 8, 'F64'),
  ...['bool', 'uint8', 'int8', 'float8_e4m3fn', 'float8_e5m2', 'qint8', 'quint8'].map((name) =>
    type(name, 1),
  ),
  ...['int16', 'uint16'].map((name) => type(name, 2)),
  ...['int32', 'uint32', 'complex32', 'qint32'].map((name) => type(name, 4)),
  ...['int64', 'uint64', 'complex64'].map((name) => type(name, 8)),
  type('complex128', 16),
];

function type(name: string, bytes: number, readable?: ReadableType): TorchType {
  return { kind: 'type', name, bytes, ...(readable !== undefined && { readable }) };
}

const STORAGES: Readonly<Record<string, string>> = {
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  DoubleStorage: 'float64',
  BoolStorage: 'bool',
  ByteStorage: 'uint8',
  CharStorage: 'int8',
  ShortStorage: 'int16',
  IntStorage: 'int32',
  LongStorage: 'int64',
  QInt8Storage: 'qint8',
  QUInt8Storage: 'quint8',
  QInt32Storage: 'qint32',
  ComplexFloatStorage: 'complex64',
  ComplexDoubleStorage: 'complex128',
};

/** Bytes whose type only the tensor knows. */
export const UNTYPED: TorchType = type('untyped', 1);

/** By the name that a pickle gives them: `torch.float32` and `torch.FloatStorage` are one type. */
export const TORCH_TYPES: ReadonlyMap<string, TorchType> = new Map([
  ...types.map((each) => [`torch.${each.name}`, each] as const),
  ...types.flatMap((each) =>
    Object.entries(STORAGES)
      .filter(([, name]) => name === each.name)
      .map(([storage]) => [`torch.${storage}`, each] as const),
  ),
  ['torch.storage.UntypedStorage', UNTYPED],
]);

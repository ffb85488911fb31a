/** ONNX models written by the onnx-proto package, independently of our reader. */
import onnxProto from 'onnx-proto';
import protobuf from 'protobufjs';
import { numbers } from './caffe-files.ts';

const { onnx } = onnxProto;

/** TensorProto.DataType. */
export const TYPE = { float: 1, int8: 3, int64: 7, float16: 10, double: 11, bfloat16: 16 } as const;

const volume = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** A tensor of type FLOAT whose values are raw bytes, as exporters write them. */
export function rawTensor(name: string, dims: number[], from = 0) {
  const values = Float32Array.from(numbers(volume(dims), from));
  return { name, dims, dataType: TYPE.float, rawData: new Uint8Array(values.buffer) };
}

export function node(opType: string, input: string[], output: string, attribute: object[] = [], name = '') {
  return { opType, input, output: [output], attribute, name };
}
export const int = (name: string, i: number) => ({ name, type: 2, i });
export const float = (name: string, f: number) => ({ name, type: 1, f });
export const ints = (name: string, values: number[]) => ({ name, type: 7, ints: values });

/** The bytes of a model with this graph. */
export function onnxBytes(graph: object): Uint8Array {
  const opsetImport = [{ domain: '', version: 13 }];
  const model = onnx.ModelProto.create({ irVersion: 8, producerName: 'test', opsetImport, graph });
  return Uint8Array.from(onnx.ModelProto.encode(model).finish());
}

const unpacked = protobuf.parse(
  `syntax = "proto2";
  message TensorProto {
    repeated int64 dims = 1;
    optional int32 data_type = 2;
    repeated float float_data = 4;
    repeated int32 int32_data = 5;
    optional string name = 8;
    repeated double double_data = 10;
  }
  message GraphProto { repeated TensorProto initializer = 5; }
  message ModelProto { optional GraphProto graph = 7; }`,
  { keepCase: true },
).root;

/** A model, or what behind another one's bytes adds to it, whose repeated numbers are written one by one. */
export function unpackedOnnxBytes(initializer: object[]): Uint8Array {
  const type = unpacked.lookupType('ModelProto');
  return Uint8Array.from(type.encode(type.fromObject({ graph: { initializer } })).finish());
}

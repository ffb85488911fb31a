/** Caffe's files written by protobufjs's reflection from the parts of caffe.proto that matter, independently of our reader. */
import protobuf from 'protobufjs';

const PROTO = `
  syntax = "proto2";
  message BlobShape { repeated int64 dim = 1 [packed = true]; }
  message BlobProto {
    optional BlobShape shape = 7;
    repeated float data = 5 [packed = true];
    repeated float diff = 6 [packed = true];
    repeated double double_data = 8 [packed = true];
    optional int32 num = 1;
    optional int32 channels = 2;
    optional int32 height = 3;
    optional int32 width = 4;
  }
  message InnerProductParameter { optional uint32 num_output = 1; optional bool transpose = 6; }
  message ConvolutionParameter {
    optional uint32 num_output = 1;
    repeated uint32 pad = 3;
    repeated uint32 kernel_size = 4;
    optional uint32 group = 5;
    repeated uint32 stride = 6;
  }
  message PoolingParameter {
    optional int32 pool = 1;
    repeated uint32 kernel_size = 2;
    repeated uint32 stride = 3;
    repeated uint32 pad = 4;
  }
  message LRNParameter { optional uint32 local_size = 1; optional float alpha = 2; optional float beta = 3; }
  message ReLUParameter { optional float negative_slope = 1; }
  message BatchNormParameter { optional float eps = 3; }
  message TransformationParameter {
    optional float scale = 1;
    optional bool mirror = 2;
    optional uint32 crop_size = 3;
    optional string mean_file = 4;
    repeated float mean_value = 5;
  }
  message LayerParameter {
    optional string name = 1;
    optional string type = 2;
    repeated string bottom = 3;
    repeated string top = 4;
    repeated float loss_weight = 5;
    repeated BlobProto blobs = 7;
    optional ConvolutionParameter convolution_param = 106;
    optional InnerProductParameter inner_product_param = 117;
    optional LRNParameter lrn_param = 118;
    optional PoolingParameter pooling_param = 121;
    optional ReLUParameter relu_param = 123;
    optional BatchNormParameter batch_norm_param = 139;
    optional TransformationParameter transform_param = 100;
  }
  message V0LayerParameter { optional string name = 1; optional string type = 2; repeated BlobProto blobs = 50; }
  message V1LayerParameter {
    optional V0LayerParameter layer = 1;
    repeated string bottom = 2;
    repeated string top = 3;
    optional string name = 4;
    optional int32 type = 5;
    repeated BlobProto blobs = 6;
    repeated float blobs_lr = 7;
    optional ConvolutionParameter convolution_param = 10;
    optional InnerProductParameter inner_product_param = 17;
    optional LRNParameter lrn_param = 18;
    optional PoolingParameter pooling_param = 19;
  }
  message NetParameter {
    optional string name = 1;
    repeated V1LayerParameter layers = 2;
    repeated string input = 3;
    repeated int32 input_dim = 4;
    repeated LayerParameter layer = 100;
  }
`;

const parse = (text: string) => protobuf.parse(text, { keepCase: true }).root;
const packed = parse(PROTO);
const unpacked = parse(PROTO.replaceAll(' [packed = true]', ''));

/** The bytes of a message; `packing` says how repeated numbers are written. */
export function caffeBytes(
  message: 'NetParameter' | 'BlobProto',
  fields: object,
  packing: 'packed' | 'unpacked' = 'packed',
): Uint8Array {
  const type = (packing === 'packed' ? packed : unpacked).lookupType(message);
  return Uint8Array.from(type.encode(type.create(fields)).finish());
}

/** `length` different small numbers that binary32 holds exactly. */
export function numbers(length: number, from = 0): number[] {
  return Array.from({ length }, (_, index) => (((index + from) * 37) % 256) / 64 - 2);
}

const volume = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** A blob as files have it since 2014, and as they had it before, with four dimensions. */
export function blob(shape: number[], from = 0) {
  return { shape: { dim: shape }, data: numbers(volume(shape), from) };
}
export function legacyBlob([num, channels, height, width]: [number, number, number, number], from = 0) {
  return { num, channels, height, width, data: numbers(num * channels * height * width, from) };
}

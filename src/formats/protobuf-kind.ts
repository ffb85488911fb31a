/** Which of the formats that are protocol buffers a file is, by its fields: their names are not in it. */
import { MessageReader } from './protobuf.ts';
import { WeightFileError } from './weight-file-error.ts';

/** Field 1 as a number: the version of ONNX's format, or the iteration of Caffe's solver. */
const BEGINS_WITH_NUMBER = 0x08;
const ONNX_GRAPH = 7;
/** Field numbers of Caffe's NetParameter: layers in its old and in its new form. */
const CAFFE_LAYERS = [2, 100];
/** Of Caffe's SolverState. */
const LEARNED_NET = 2;
const HISTORY = 3;

/** @returns undefined for anything else */
export function protobufKind(bytes: Uint8Array): 'onnx' | 'caffemodel' | 'solverstate' | undefined {
  const fields = topLevelFields(bytes);
  if (bytes[0] === BEGINS_WITH_NUMBER) {
    if (fields.has(ONNX_GRAPH)) return 'onnx';
    return fields.has(LEARNED_NET) || fields.has(HISTORY) ? 'solverstate' : undefined;
  }
  return CAFFE_LAYERS.some((field) => fields.has(field)) ? 'caffemodel' : undefined;
}

/** Numbers of the fields, none where the bytes are no message. */
function topLevelFields(bytes: Uint8Array): ReadonlySet<number> {
  const fields = new Set<number>();
  const reader = new MessageReader(bytes, (problem) => {
    throw new WeightFileError(problem);
  });
  try {
    while (reader.next()) fields.add(reader.field);
    return fields;
  } catch (error) {
    if (error instanceof WeightFileError) return new Set();
    throw error;
  }
}

/** Weights from any of the formats that are read, told apart by their content and the name of the file. */
import { readCaffemodel } from './caffemodel.ts';
import { readOnnx } from './onnx.ts';
import { protobufKind } from './protobuf-kind.ts';
import { readPytorch } from './pytorch.ts';
import { readSafetensors } from './safetensors.ts';
import type { WeightFile, WeightFormat } from './weight-file.ts';
import { isZip } from './zip.ts';
import { WeightFileError } from './weight-file-error.ts';

/** Endings of the names of weight files. */
export const weightFileEndings = ['.safetensors', '.caffemodel', '.onnx', '.pth', '.pt'] as const;

/**
 * The format of a file. ONNX and Caffe's are both protocol buffers: their names count first.
 * @throws WeightFileError when neither content nor name is known
 */
export function weightFormat(bytes: Uint8Array, fileName: string): WeightFormat {
  const name = fileName.toLowerCase();
  if (name.endsWith('.onnx')) return 'onnx';
  if (name.endsWith('.caffemodel')) return 'caffemodel';
  if (isSafetensors(bytes)) return 'safetensors';
  if (isZip(bytes) || bytes[0] === 0x80 || name.endsWith('.pth') || name.endsWith('.pt')) return 'pytorch';
  if (name.endsWith('.safetensors')) return 'safetensors';
  const kind = protobufKind(bytes);
  if (kind === 'solverstate') {
    throw new WeightFileError(
      `${fileName} is the state of Caffe's solver, which holds no weights; they are in the snapshot beside it (.caffemodel)`,
    );
  }
  if (kind !== undefined) return kind;
  throw new WeightFileError(
    `${fileName} is of no known kind of weight file; the name should end with ${weightFileEndings.join(', ')}`,
  );
}

/** Begins with the length of a header, whose low bytes may look like a pickle or a zip file, and with the header's "{". */
function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0);
}

/** A weight file with what it says of itself. */
export interface WeightFileWithMetadata extends WeightFile {
  /** What a safetensors file says of itself; empty for the others. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a weight file of any format.
 * @throws WeightFileError saying what is wrong with the file
 */
export function readWeights(bytes: Uint8Array, fileName: string): WeightFileWithMetadata {
  const metadata = {};
  switch (weightFormat(bytes, fileName)) {
    case 'safetensors':
      return { format: 'safetensors', ...readSafetensors(bytes, fileName) };
    case 'onnx':
      return { ...readOnnx(bytes, fileName), metadata };
    case 'caffemodel':
      return { ...readCaffemodel(bytes, fileName), metadata };
    case 'pytorch':
      return { ...readPytorch(bytes, fileName), metadata };
  }
}

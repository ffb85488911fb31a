/**
 * IDX, the format of MNIST's files (http://yann.lecun.com/exdb/mnist/): two zero bytes, a byte for the
 * element type, a byte for the number of dimensions, each dimension as a big-endian 32-bit integer, then
 * the values, row-major. MNIST uses unsigned bytes throughout: [count, rows, columns] and [count].
 */
import { count } from '../util/count.ts';
import { DatasetError, type ImageDataset } from './dataset.ts';

/** The whole content of a file, with its name for messages. */
export interface NamedBytes {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/** An array of unsigned bytes. */
export interface IdxArray {
  /** Outermost dimension first; at least one. */
  readonly shape: readonly number[];
  /** Row-major, a view of the file's bytes. */
  readonly values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;
const OTHER_TYPES: Readonly<Record<number, string>> = {
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};
const FETCH_AGAIN = 'the file is damaged or was cut short: fetch it again';

/**
 * Reads an IDX file of unsigned bytes without copying its values.
 * @param fileName for messages only
 * @throws DatasetError when it is not IDX, holds another type, or its length is not what its header says.
 */
export function readIdx(bytes: Uint8Array, fileName: string): IdxArray {
  const fail = (problem: string): never => {
    throw new DatasetError(`${fileName}: ${problem}`);
  };
  const [zero, alsoZero, type, rank] = bytes;
  if (rank === undefined) {
    return fail(`has ${count(bytes.length)} bytes, an IDX header takes at least 8; ${FETCH_AGAIN}`);
  }
  if (zero !== 0 || alsoZero !== 0 || type === undefined) {
    return fail(`begins with ${hexadecimal(bytes.subarray(0, 4))}, IDX begins with 00 00; is it compressed?`);
  }
  if (type !== UNSIGNED_BYTE) {
    const found = OTHER_TYPES[type] ?? `the unknown element type 0x${hexadecimal(Uint8Array.of(type))}`;
    return fail(`holds ${found}, expected unsigned bytes (0x08)`);
  }
  if (rank === 0) return fail('has no dimensions, expected at least one');
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    return fail(
      `has ${count(bytes.length)} bytes, the header of ${String(rank)} dimensions takes ` +
        `${count(headerBytes)}; ${FETCH_AGAIN}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: rank }, (_, index) => view.getUint32(4 + 4 * index));
  // A bigint, since 255 dimensions of 2^32 overflow a number.
  const needed = shape.reduce((product, size) => product * BigInt(size), 1n);
  const available = bytes.length - headerBytes;
  if (needed !== BigInt(available)) {
    // Exponents keep the message short for a header of random bytes.
    const neededText = needed < 2n ** 53n ? count(Number(needed)) : Number(needed).toExponential(2);
    return fail(
      `says [${shape.slice(0, 8).join(', ')}${rank > 8 ? ', …' : ''}], which is ${neededText} bytes of ` +
        `values, but has ${count(available)}; ${FETCH_AGAIN}`,
    );
  }
  return { shape, values: new Uint8Array(bytes.buffer, bytes.byteOffset + headerBytes, available) };
}

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/**
 * Joins MNIST's two files, images [count, height, width] and labels [count], to a data set of ten digits.
 * @throws DatasetError when a file is not IDX, they disagree in number, are empty, or a label is not a digit.
 */
export function mnistDataset(name: string, imageFile: NamedBytes, labelFile: NamedBytes): ImageDataset {
  const images = readIdx(imageFile.bytes, imageFile.fileName);
  const labels = readIdx(labelFile.bytes, labelFile.fileName);
  const [imageCount = 0, height = 0, width = 0] = images.shape;
  const [labelCount = 0] = labels.shape;
  if (images.shape.length !== 3 || images.values.length === 0) {
    throw new DatasetError(
      `${imageFile.fileName}: has shape [${images.shape.join(', ')}], expected [count, height, width] with ` +
        'at least one image; are images and labels swapped?',
    );
  }
  if (labels.shape.length !== 1) {
    throw new DatasetError(
      `${labelFile.fileName}: has shape [${labels.shape.join(', ')}], expected [count]; are images and ` +
        'labels swapped?',
    );
  }
  if (imageCount !== labelCount) {
    throw new DatasetError(
      `${labelFile.fileName} has ${count(labelCount)} labels, ${imageFile.fileName} has ` +
        `${count(imageCount)} images; do both belong to one split?`,
    );
  }
  const wrong = labels.values.findIndex((label) => label >= DIGITS.length);
  if (wrong !== -1) {
    throw new DatasetError(
      `${labelFile.fileName}: label ${count(wrong)} is ${String(labels.values[wrong])}, expected 0 to 9; ` +
        FETCH_AGAIN,
    );
  }
  return {
    name,
    classes: DIGITS.length,
    labels: DIGITS,
    images: images.values,
    targets: labels.values,
    count: imageCount,
    shape: [1, height, width],
  };
}

function hexadecimal(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

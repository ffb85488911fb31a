/** Caffe's BlobProto: an array of numbers with its shape, as .caffemodel and .binaryproto files hold it. */
import type { MessageReader } from './protobuf.ts';
import type { Fail } from './refusal.ts';
import { checkVolume, readValues } from './tensor-values.ts';

/** An array as Caffe stores it. */
export interface Blob {
  /** Outermost dimension first. Files from before 2014 have four dimensions throughout. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Field numbers of BlobProto. `num`, `channels`, `height`, `width` are the old form of the shape. */
const BLOB = { num: 1, channels: 2, height: 3, width: 4, data: 5, shape: 7, doubleData: 8 } as const;
const SHAPE_DIM = 1;

/**
 * Reads a blob's values; gradients that lie beside them are left out.
 * @param view the whole file
 * @param what names the blob in messages
 * @throws WeightFileError by `fail` when shape and values disagree or a value is not finite
 */
export function readBlob(message: MessageReader, view: DataView, what: string, fail: Fail): Blob {
  const shape = shapeOf(message.again());
  if (shape.some((size) => size < 0)) {
    fail(`${what} has the shape [${shape.join(', ')}], with a negative size`);
  }
  const doubles = message.fixedWidthCount(BLOB.doubleData, 8);
  // As in Caffe, doubles win.
  const { field, width, type } =
    doubles > 0
      ? ({ field: BLOB.doubleData, width: 8, type: 'F64' } as const)
      : ({ field: BLOB.data, width: 4, type: 'F32' } as const);
  const length = doubles > 0 ? doubles : message.fixedWidthCount(field, width);
  checkVolume(what, shape, length, fail);
  return { shape, data: readValues(view, type, length, message.fixedWidthRanges(field, width), what, fail) };
}

/** As in Caffe, the old form wins where a file has both. */
function shapeOf(message: MessageReader): readonly number[] {
  const legacy = [0, 0, 0, 0];
  const dims: number[] = [];
  let isLegacy = false;
  while (message.next()) {
    switch (message.field) {
      case BLOB.num:
      case BLOB.channels:
      case BLOB.height:
      case BLOB.width:
        legacy[message.field - 1] = message.integer();
        isLegacy = true;
        break;
      case BLOB.shape: {
        const shape = message.message();
        while (shape.next()) if (shape.field === SHAPE_DIM) shape.shortList(dims);
        break;
      }
    }
  }
  return isLegacy ? legacy : dims;
}

/**
 * safetensors: a weight file that cannot run code. Eight bytes hold the length N of a header
 * (little-endian); N bytes of JSON map each tensor's name to its element type, shape and byte range; the
 * tensors' little-endian values follow, back to back, in the order of their ranges, without holes or
 * overlaps. The key `__metadata__` holds a flat map of strings, in which this project keeps
 * architecture, preprocessing and labels. The format: https://github.com/huggingface/safetensors#format
 */
import { z } from 'zod';
import { count } from '../util/count.ts';
import { messageOf } from '../util/message-of.ts';
import { floatToHalf } from './half.ts';
import { type Fail, FETCH_AGAIN, refusalOf } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';
import { byteLength, readValues } from './tensor-values.ts';
import { isReadableType, READABLE_TYPES, type ReadableType, type Tensor } from './tensor.ts';
import { viewOf } from './view-of.ts';
import { WeightFileError } from './weight-file-error.ts';
import type { Ignored } from './weight-file.ts';

/** What a safetensors file holds. */
export interface SafetensorsFile {
  /** Of floating-point numbers, in the order of the values in the file. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The other tensors. */
  readonly ignored: readonly Ignored[];
  readonly metadata: Readonly<Record<string, string>>;
}

const HEADER_LENGTH_BYTES = 8;
/** The limit of the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;
/** Header object → tensor object → shape. */
const HEADER_DEPTH = 3;
const METADATA_KEY = '__metadata__';

const byteCount = z.int().nonnegative();
const tensorHeader = z.object({
  dtype: z.string(),
  shape: z.array(byteCount),
  data_offsets: z.tuple([byteCount, byteCount]),
});

interface TensorEntry {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Byte range after the header. */
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads a whole safetensors file. F16 and BF16 are widened to binary32, F64 is rounded to it; tensors of other types are listed.
 * @param fileName for messages only
 * @throws WeightFileError when the file breaks a rule of the format or holds a value that is not finite.
 */
export function readSafetensors(bytes: Uint8Array, fileName: string): SafetensorsFile {
  const fail = refusalOf(fileName);
  const view = viewOf(bytes);
  const valuesStart = HEADER_LENGTH_BYTES + headerLength(view, fail);
  const header = parseHeader(bytes.subarray(HEADER_LENGTH_BYTES, valuesStart), fail);
  const entries: TensorEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA_KEY) metadata = parseMetadata(value, fail);
    else entries.push(parseEntry(name, value, fail));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkRanges(entries, bytes.byteLength - valuesStart, fail);
  const values = new DataView(bytes.buffer, bytes.byteOffset + valuesStart);
  const tensors = new Map<string, Tensor>();
  const ignored: Ignored[] = [];
  for (const entry of entries) {
    const { name, type } = entry;
    if (isReadableType(type)) tensors.set(name, readTensor(entry, type, values, fail));
    else ignored.push({ name, reason: `holds ${type}; weights are F16, BF16, F32 or F64` });
  }
  return { tensors, ignored, metadata };
}

const EXPORT_AGAIN = 'export it again with the safetensors library';

function headerLength(view: DataView, fail: Fail): number {
  const size = view.byteLength;
  if (size < HEADER_LENGTH_BYTES) {
    return fail(`has ${count(size)} bytes, a safetensors file has at least 8; ${FETCH_AGAIN}`);
  }
  const length = view.getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES) {
    return fail(
      `claims a header of ${count(length)} bytes, the format allows ${count(MAX_HEADER_BYTES)}; ` +
        'is it a safetensors file?',
    );
  }
  if (Number(length) > size - HEADER_LENGTH_BYTES) {
    return fail(
      `claims a header of ${count(length)} bytes but only ${count(size - HEADER_LENGTH_BYTES)} follow; ` +
        FETCH_AGAIN,
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array, fail: Fail): object {
  if (bytes[0] !== 0x7b) return fail('its header does not begin with "{"; is it a safetensors file?');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    // The first character makes it an object if it is JSON at all.
    return parseStrictJson(text, HEADER_DEPTH) as object;
  } catch (error) {
    return fail(`its header is not valid UTF-8 JSON with unique keys (${messageOf(error)}); ${FETCH_AGAIN}`);
  }
}

/** Some writers put null where they have nothing to say. */
function parseMetadata(value: unknown, fail: Fail): Record<string, string> {
  const refuse = () => fail(`${METADATA_KEY} must map strings to strings; ${EXPORT_AGAIN}`);
  if (typeof value !== 'object' || Array.isArray(value)) return refuse();
  const said = Object.entries<unknown>(value ? { ...value } : {}).flatMap(([key, text]) => {
    if (text === null) return [];
    return typeof text === 'string' ? [[key, text] as const] : refuse();
  });
  return Object.fromEntries(said);
}

function parseEntry(name: string, value: unknown, fail: Fail): TensorEntry {
  const parsed = tensorHeader.safeParse(value);
  if (!parsed.success) {
    return fail(`tensor ${name}: ${problemsOf(parsed.error)}; ${EXPORT_AGAIN}`);
  }
  const { dtype, shape } = parsed.data;
  const [begin, end] = parsed.data.data_offsets;
  if (!isReadableType(dtype)) {
    if (begin > end) return fail(`tensor ${name} ends before it begins; ${EXPORT_AGAIN}`);
    return { name, type: dtype, shape, begin, end };
  }
  const needed = byteLength(shape, READABLE_TYPES[dtype].bytes);
  if (begin > end || BigInt(end - begin) !== needed) {
    return fail(
      `tensor ${name} says ${count(end - begin)} bytes but its shape [${shape.join(', ')}] of ${dtype} ` +
        `needs ${count(needed)}; ${EXPORT_AGAIN}`,
    );
  }
  return { name, type: dtype, shape, begin, end };
}

/** The ranges, in order, must fill the bytes after the header exactly. */
function checkRanges(entries: readonly TensorEntry[], available: number, fail: Fail): void {
  let position = 0;
  let previous = 'the header';
  for (const { name, begin, end } of entries) {
    if (end > available) {
      fail(
        `tensor ${name} ends at byte ${count(end)} of the values, the file has ${count(available)}; ` +
          FETCH_AGAIN,
      );
    }
    if (begin !== position) {
      const what = begin < position ? 'overlaps' : 'leaves a hole after';
      fail(
        `tensor ${name} begins at byte ${count(begin)} of the values, expected ${count(position)}: ` +
          `it ${what} ${previous}; ${EXPORT_AGAIN}`,
      );
    }
    position = end;
    previous = `tensor ${name}`;
  }
  if (position !== available) {
    fail(
      `the tensors take ${count(position)} bytes, the file holds ${count(available)} after its header; ` +
        EXPORT_AGAIN,
    );
  }
}

function readTensor(entry: TensorEntry, type: ReadableType, values: DataView, fail: Fail): Tensor {
  const { name, shape, begin, end } = entry;
  const { bytes, storedAs } = READABLE_TYPES[type];
  const ranges = [{ start: begin, end }];
  const data = readValues(values, type, (end - begin) / bytes, ranges, `tensor ${name}`, fail);
  return { name, dtype: storedAs, shape, data };
}

/**
 * The bytes of a safetensors file. Equal contents give equal bytes, in whatever order they come: tensors
 * are written F32 first, then by name (so each value lies on a multiple of its size), metadata by key.
 * F16 tensors are rounded to nearest, ties to even.
 * @throws WeightFileError when two tensors share a name, data and shape disagree, or a value is not finite
 *   in the type it is to be stored in.
 */
export function writeSafetensors(
  tensors: Iterable<Tensor>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const sorted = [...tensors].sort((a, b) => compare(b.dtype, a.dtype) || compare(a.name, b.name));
  checkWritable(sorted);
  let position = 0;
  const entries = sorted.map(({ name, dtype, shape, data }) => {
    const begin = position;
    position += data.length * READABLE_TYPES[dtype].bytes;
    return [name, { dtype, shape, data_offsets: [begin, position] }] as const;
  });
  const sortedMetadata = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  const header = new TextEncoder().encode(
    JSON.stringify({
      ...(sortedMetadata.length > 0 && { [METADATA_KEY]: Object.fromEntries(sortedMetadata) }),
      ...Object.fromEntries(entries),
    }),
  );
  const paddedLength = Math.ceil(header.length / 8) * 8;
  const valuesStart = HEADER_LENGTH_BYTES + paddedLength;
  const bytes = new Uint8Array(valuesStart + position).fill(0x20, HEADER_LENGTH_BYTES, valuesStart);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(paddedLength), true);
  bytes.set(header, HEADER_LENGTH_BYTES);
  let offset = valuesStart;
  for (const tensor of sorted) offset = writeTensor(tensor, new DataView(bytes.buffer), offset);
  return bytes;
}

function checkWritable(sorted: readonly Tensor[]): void {
  const names = new Set([METADATA_KEY]);
  for (const { name, shape, data } of sorted) {
    if (names.has(name))
      throw new WeightFileError(`tensor ${name}: the name is taken; rename one of the two`);
    names.add(name);
    if (byteLength(shape, 1) !== BigInt(data.length)) {
      throw new WeightFileError(
        `tensor ${name} has ${count(data.length)} values but its shape [${shape.join(', ')}] needs ` +
          count(byteLength(shape, 1)),
      );
    }
  }
}

/** Writes the values from `start` on; returns the offset after them. */
function writeTensor({ name, dtype, data }: Tensor, view: DataView, start: number): number {
  let offset = start;
  for (const [index, value] of data.entries()) {
    const half = dtype === 'F16' ? floatToHalf(value) : 0;
    if (!Number.isFinite(value) || (half & 0x7c00) === 0x7c00) {
      throw new WeightFileError(
        `tensor ${name} holds ${String(value)} at index ${count(index)}, which ${dtype} cannot store as a ` +
          'finite number',
      );
    }
    if (dtype === 'F16') view.setUint16(offset, half, true);
    else view.setFloat32(offset, value, true);
    offset += READABLE_TYPES[dtype].bytes;
  }
  return offset;
}

/** By code units, so that the order does not depend on the user's language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function problemsOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.')} ${message}`.trim())
    .join('; ');
}

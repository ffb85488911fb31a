/** NumPy's .npy: one array with its type and shape, in versions 1 to 3 of the format (numpy.lib.format). */
import { refusalOf, type Fail } from './refusal.ts';
import { rearranged } from './strided.ts';
import { requireFinite, checkVolume } from './tensor-values.ts';
import { viewOf } from './view-of.ts';

/** An array of floating-point values, outermost dimension first, the last running fastest. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const magic = [0x93, ...new TextEncoder().encode('NUMPY')];

export const isNpy = (bytes: Uint8Array): boolean => magic.every((byte, index) => bytes[index] === byte);

type Read = (view: DataView, offset: number, littleEndian: boolean) => number;

const types: Readonly<Record<string, { readonly bytes: number; readonly read: Read }>> = {
  f4: { bytes: 4, read: (view, offset, littleEndian) => view.getFloat32(offset, littleEndian) },
  f8: { bytes: 8, read: (view, offset, littleEndian) => view.getFloat64(offset, littleEndian) },
};

/** NumPy itself takes no array of more dimensions, and by default no longer header. */
const mostDimensions = 64;
const longestHeader = 10_000;

/**
 * Reads an array of float32 or float64, of either byte order and either order of dimensions.
 * @param what names the array in messages, and `fileName` its file
 * @throws WeightFileError when it is of another type, cut short, or holds a value that is not finite
 */
export function readNpy(bytes: Uint8Array, what: string, fileName: string): NpyArray {
  const fail = refusalOf(fileName);
  const { text, end } = headerOf(bytes, fail);
  const { type, littleEndian, columnsFirst, shape } = parseHeader(text, fail);
  const available = bytes.length - end;
  const length = Math.floor(available / type.bytes);
  checkVolume(what, shape, length, fail);
  if (available % type.bytes !== 0) fail(`${String(available % type.bytes)} bytes follow the last value`);
  const view = viewOf(bytes.subarray(end));
  const stored = new Float32Array(length);
  for (let index = 0; index < length; index++)
    stored[index] = type.read(view, index * type.bytes, littleEndian);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const data = columnsFirst ? rearranged(stored, shape, strides) : stored;
  requireFinite(what, data, fail);
  return { shape, data };
}

/** The header's text, and where the values begin. */
function headerOf(bytes: Uint8Array, fail: Fail): { text: string; end: number } {
  const view = viewOf(bytes);
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) fail(`is of version ${String(version)} of the .npy format, not 1 to 3`);
  const wide = version > 1;
  const start = wide ? 12 : 10;
  if (bytes.length < start) fail('ends inside its header');
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  if (length > longestHeader) fail(`has a header of ${String(length)} bytes; that of an array has fewer`);
  const end = start + length;
  if (end > bytes.length) fail('ends inside its header');
  // Before version 3 it is Latin-1; what names and numbers consist of is the same in both.
  return { text: new TextDecoder().decode(bytes.subarray(start, end)), end };
}

interface Header {
  readonly type: { readonly bytes: number; readonly read: Read };
  readonly littleEndian: boolean;
  /** Fortran's order: the first dimension runs fastest. */
  readonly columnsFirst: boolean;
  readonly shape: readonly number[];
}

/** A literal of Python such as `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 256, 256), }`. */
function parseHeader(text: string, fail: Fail): Header {
  const entries = /^\{(.*)\}\s*$/s.exec(text)?.[1]?.trim();
  const found = new Map<string, string>();
  // A type that is a list, of records, stands in brackets.
  const entry = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|\([^()]*\)|\[.*\]|\w+)\s*(?:,|$)/sy;
  while (entries !== undefined && entry.lastIndex < entries.length) {
    const [, , key = '', value = ''] = entry.exec(entries) ?? [];
    if (key === '' || found.has(key)) break;
    found.set(key, value);
  }
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => found.get(key));
  if (descr === undefined || order === undefined || shape === undefined || found.size !== 3)
    return fail(`has the header "${text.trim()}", expected 'descr', 'fortran_order' and 'shape'`);
  const [, sign, name = ''] = /^['"]([<>=])(\w+)['"]$/.exec(descr) ?? [];
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (!type)
    return fail(
      `holds values of the type ${descr}, expected float32 or float64: convert it with .astype("float32")`,
    );
  if (order !== 'True' && order !== 'False') fail(`says fortran_order: ${order}, expected True or False`);
  return { type, littleEndian: sign !== '>', columnsFirst: order === 'True', shape: shapeOf(shape, fail) };
}

/** A tuple such as `(3, 256, 256)`, `(3,)` or `()`; Python 2 wrote `3L`. */
function shapeOf(text: string, fail: Fail): number[] {
  const inside = /^\((.*)\)$/s.exec(text)?.[1]?.trim() ?? 'none';
  const parts = inside === '' ? [] : inside.replace(/,$/, '').split(',');
  const sizes = parts.map((part) => (/^\s*\d+L?\s*$/.test(part) ? Number.parseInt(part, 10) : NaN));
  if (sizes.length > mostDimensions || !sizes.every(Number.isSafeInteger)) fail(`has the shape ${text}`);
  return sizes;
}

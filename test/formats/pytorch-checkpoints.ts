/** Checkpoints of PyTorch for the tests of its reader: fixtures, and ones that are put together here. */
import { readFileSync } from 'node:fs';
import { zipSync } from 'fflate';
import { int, pickle, text } from '../support/pickle-bytes.ts';

export const FILE = 'weights.pth';

/** A file that PyTorch 1.13 wrote; fixtures/make-pytorch-fixtures.py says how. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

/** The fixtures' values: k / 8 − 2. */
export function ramp(length: number, begin = 0): Float32Array {
  return Float32Array.from({ length }, (_, k) => (begin + k) / 8 - 2);
}

/** A checkpoint of one float storage "0" whose pickle is built from the parts. */
export function checkpoint(
  parts: readonly string[],
  storage: Uint8Array | undefined,
  others = {},
): Uint8Array {
  const files = {
    'data.pkl': pickle('\x80\x02', ...parts, '.'),
    ...(storage && { 'data/0': storage }),
    ...others,
  };
  const rooted = Object.entries(files).map(([name, content]) => [`archive/${name}`, content] as const);
  return zipSync(Object.fromEntries(rooted), { level: 0 });
}

export const STORAGE = ['(', text('storage'), 'ctorch\nFloatStorage\n', text('0'), text('cpu')].join('');

/** The pickle of a tensor of the storage "0". */
export function tensor(
  count: number,
  offset: number,
  shape: number[],
  strides: number[],
  storage = STORAGE,
): string {
  const sizes = [shape, strides].map((each) => `(${each.map(int).join('')}t`).join('');
  return `ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(count)}tQ${int(offset)}${sizes}\x89Nt` + 'R';
}

export function floats(length: number): Uint8Array {
  return new Uint8Array(ramp(length).buffer);
}

export function dictOf(...entries: [name: string, value: string][]): string {
  return `}(${entries.map(([name, value]) => text(name) + value).join('')}u`;
}

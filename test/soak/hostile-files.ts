/** Small files of every format, to be damaged, and how the checksums of damaged ones are made right. */
import { readFileSync } from 'node:fs';
import { strToU8, unzipSync, zipSync } from 'fflate';
import jpeg from 'jpeg-js';
import { sha256Hex } from '../../src/formats/sha256.ts';
import { writeCheckpoint } from '../../src/model/training/training-checkpoint.ts';
import { encodePng } from '../../src/node/image-file.ts';
import { withChecksum } from '../../src/storage/checksum.ts';
import { crc32 } from '../../src/storage/crc32.ts';
import { blob, caffeBytes, legacyBlob, numbers } from '../support/caffe-files.ts';
import { ADOBE, exif, jpegOf } from '../support/jpeg-bytes.ts';
import { int, node, onnxBytes, rawTensor, TYPE, unpackedOnnxBytes } from '../support/onnx-files.ts';

export type Bytes = Uint8Array;

export const fixture = (name: string): Bytes =>
  Uint8Array.from(readFileSync(`test/formats/fixtures/${name}`));
export const text = (bytes: Bytes): string => new TextDecoder().decode(bytes);

/** The checksum of every chunk that still has its length. */
export function sealPng(bytes: Bytes): Bytes {
  const sealed = bytes.slice();
  const view = new DataView(sealed.buffer);
  for (let at = 8; at + 12 <= sealed.length;) {
    const length = view.getUint32(at);
    if (at + 12 + length > sealed.length) break;
    view.setUint32(at + 8 + length, crc32(sealed.subarray(at + 4, at + 8 + length)));
    at += 12 + length;
  }
  return sealed;
}

export function sealJson(bytes: Bytes): Bytes {
  try {
    const value: unknown = JSON.parse(text(bytes));
    const seal = (record: unknown): unknown => {
      if (typeof record !== 'object' || record === null || !('checksum' in record)) return record;
      const { checksum, ...rest } = record;
      return checksum === undefined ? rest : withChecksum(rest);
    };
    return strToU8(`${JSON.stringify(Array.isArray(value) ? value.map(seal) : seal(value))}\n`);
  } catch {
    return bytes;
  }
}

/** A zip archive made anew around what is damaged of its pickle. */
export function sealedZip(of: Bytes): (bytes: Bytes) => Bytes {
  const files = unzipSync(of);
  const pickle = Object.keys(files).find((name) => name.endsWith('/data.pkl'))!;
  return (bytes) => zipSync({ ...files, [pickle]: bytes }, { level: 0 });
}

export const pickleOf = (bytes: Bytes): Bytes =>
  Object.entries(unzipSync(bytes)).find(([name]) => name.endsWith('/data.pkl'))![1];

export function imageFiles(): { readonly png: Bytes[]; readonly jpeg: Bytes[] } {
  const ramp = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 7919) >> 5);
  const flat = (...samples: number[]) =>
    samples.map((sample) => ({ sample: (row: number, column: number) => (sample + 8 * row + column) % 256 }));
  return {
    png: [
      encodePng({ extent: [3, 5, 7], bytes: ramp(105) }),
      encodePng({ extent: [1, 12, 12], bytes: ramp(144) }),
    ],
    jpeg: [
      Uint8Array.from(jpeg.encode({ data: ramp(4 * 40 * 24), width: 40, height: 24 }, 60).data),
      Uint8Array.from(jpegOf({ width: 70, height: 50, components: flat(9, 200, 90), restartInterval: 4 })),
      Uint8Array.from(jpegOf({ width: 24, height: 24, components: flat(7), progressive: true })),
      Uint8Array.from(
        jpegOf({
          ...{ width: 30, height: 9, before: [ADOBE(1), exif(6, true)] },
          components: flat(9, 200, 90).map((component, index) => ({
            ...component,
            ...(index === 0 && { across: 2, down: 2 }),
          })),
        }),
      ),
    ],
  };
}

export function caffeFiles(): Bytes[] {
  const thin = {
    layer: [
      { name: 'conv', type: 'Convolution', blobs: [blob([2, 1, 2, 2]), blob([2])] },
      { name: 'ip', type: 'InnerProduct', blobs: [{ shape: { dim: [2, 2] }, double_data: [1, 2, 3, 4] }] },
    ],
    layers: [{ name: 'fc', type: 14, blobs: [legacyBlob([1, 1, 3, 2]), legacyBlob([1, 1, 1, 3])] }],
  };
  return [caffeBytes('NetParameter', thin), caffeBytes('NetParameter', thin, 'unpacked')];
}

export function onnxFiles(): Bytes[] {
  const graph = {
    initializer: [
      rawTensor('w', [2, 1, 2, 2]),
      rawTensor('b', [2]),
      rawTensor('f', [3, 2]),
      rawTensor('g', [3]),
    ],
    node: [
      node('Conv', ['x', 'w', 'b'], 'c'),
      node('Flatten', ['c'], 'd'),
      node('Gemm', ['d', 'f', 'g'], 'y', [int('transB', 1)]),
    ],
    input: [{ name: 'x' }],
    output: [{ name: 'y' }],
  };
  const single = unpackedOnnxBytes([
    { name: 'w', dims: [2, 2], data_type: TYPE.float, float_data: numbers(4) },
    { name: 'b', dims: [2], data_type: TYPE.bfloat16, int32_data: [0x3f80, 0xbf80] },
  ]);
  return [onnxBytes(graph), single];
}

export async function trainingCheckpoint(): Promise<Bytes> {
  const descent = { batch: 4, rate: 0.1, momentum: 0.9, decay: 0.0005 };
  const dataset = { name: 'noise', images: 13, sha256: '0'.repeat(64) };
  const plan = {
    version: '0.1.0',
    architecture: 'tiny',
    adapter: 'an adapter',
    dataset,
    epochs: 2,
    seed: 5,
    descent,
  };
  const state = { step: 4, loss: 0.5, variants: { 'conv1 forward': 'conv2d/plain' }, choices: {} };
  const tensors = new Map([['conv1.weight', Float32Array.of(1, -0, 1e-45, 3.4e38)]]);
  return writeCheckpoint({ ...plan, host: { adapter: 'auto', data: null }, seconds: 1.5, ...state, tensors });
}

export async function sealTraining(bytes: Bytes): Promise<Bytes> {
  const at = bytes.indexOf(10, bytes.indexOf(10) + 1) + 1;
  // Two lines: what it is, and the checksum of all that follows.
  const start = text(bytes.subarray(0, at));
  if (!/[0-9a-f]{64}\n$/.test(start)) return bytes;
  const body = bytes.slice(at);
  return Uint8Array.from([...strToU8(start.slice(0, -65) + (await sha256Hex(body)) + '\n'), ...body]);
}

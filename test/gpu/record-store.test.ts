import { describe, expect, test } from 'vitest';
import type { Gpu } from '../../src/gpu/device.ts';
import { RecordStore } from '../../src/gpu/record-store.ts';
import { openTestGpu } from '../gpu.ts';

/** Every record filled with its own number, through one buffer that holds them all. */
function filled(gpu: Gpu, count: number, bytes: number, mostBytes: number): RecordStore {
  const records = new RecordStore(gpu, 'numbers', count, bytes, mostBytes);
  const words = bytes / 4;
  const numbers = Uint32Array.from({ length: count * words }, (_, index) => 1 + Math.floor(index / words));
  const source = gpu.bufferFrom('source', numbers);
  const encoder = gpu.device.createCommandEncoder();
  for (let record = 0; record < count; record++) records.copyIn(encoder, source, record * bytes, record);
  gpu.device.queue.submit([encoder.finish()]);
  return records;
}

const wordsOf = async (records: RecordStore, record: number) => new Uint32Array(await records.read(record));

describe('records', () => {
  test.each([
    [1, 12, 16, 1],
    [10, 16, 1024, 1],
    [10, 20, 64, 4],
    [10, 20, 60, 5],
    [7, 4, 16, 2],
    [5, 16, 16, 5],
  ])('%i of %i bytes, at most %i in a buffer, lie in %i buffers', async (count, bytes, most, buffers) => {
    const gpu = await openTestGpu();
    const records = filled(gpu, count, bytes, most);
    expect(records.buffers).toBe(buffers);
    for (let record = 0; record < count; record++)
      expect(await wordsOf(records, record)).toEqual(new Uint32Array(bytes / 4).fill(record + 1));
    gpu.check();
  });

  test('are copied out, written, and read as they are at the call', async () => {
    const gpu = await openTestGpu();
    const records = filled(gpu, 6, 8, 16);
    const target = gpu.buffer('target', 16);
    const encoder = gpu.device.createCommandEncoder();
    records.copyOut(encoder, 5, target, 0);
    records.copyOut(encoder, 2, target, 8);
    gpu.device.queue.submit([encoder.finish()]);
    const before = wordsOf(records, 3);
    records.write(3, Uint32Array.of(8, 9));
    expect(await before).toEqual(Uint32Array.of(4, 4));
    expect(await wordsOf(records, 3)).toEqual(Uint32Array.of(8, 9));
    expect(new Uint32Array(await gpu.read(target))).toEqual(Uint32Array.of(6, 6, 3, 3));
  });

  test('hold a thousand pictures and genomes of 3 × 256 × 256 where a buffer holds 128 MiB', async () => {
    const real = await openTestGpu();
    const sizes: number[] = [];
    // Counts bytes instead of allocating them.
    const gpu = {
      adapter: real.adapter,
      limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 },
      buffer: (_: string, bytes: number) => {
        sizes.push(bytes);
        return {};
      },
    } as unknown as Gpu;
    expect(new RecordStore(gpu, 'pictures', 1000, 196_608).buffers).toBe(2);
    expect(new RecordStore(gpu, 'genomes', 1000, 393_216).buffers).toBe(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 ** 27);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(1000 * (196_608 + 393_216));
  });

  test('that are not there, too large or of a size that cannot be copied are refused', async () => {
    const gpu = await openTestGpu();
    const records = new RecordStore(gpu, 'pictures', 3, 8, 16);
    const encoder = gpu.device.createCommandEncoder();
    for (const record of [-1, 3, NaN]) {
      expect(() => {
        records.copyOut(encoder, record, gpu.buffer('target', 16), 0);
      }).toThrow(`pictures has the records 0 to 2, not ${String(record)}`);
    }
    expect(() => {
      records.write(1, new Uint8Array(9));
    }).toThrow('pictures: 9 bytes for a record of 8');
    expect(() => new RecordStore(gpu, 'pictures', 3, 32, 16)).toThrow(
      `pictures: one record takes 32 bytes; ${gpu.adapter.name} has at most 16 bytes in one buffer`,
    );
    for (const bytes of [0, 6, -4, 1.5, NaN])
      expect(() => new RecordStore(gpu, 'pictures', 3, bytes)).toThrow('expected a multiple of 4');
  });
});

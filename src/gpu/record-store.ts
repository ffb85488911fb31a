/**
 * Many records of one size, such as an archive's pictures or genomes, that together may exceed what an adapter holds in
 * one buffer: they are spread over as many buffers as that takes. Only copies touch them, no kernel binds them.
 */
import type { Gpu } from './device.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import { GpuLimitError, formatBytes } from './errors.ts';

/** Bytes that are read in one copy: few copies for many small records, and no second archive in the host's memory. */
const mostStaged = 2 ** 25;

export class RecordStore implements Resource {
  readonly #buffers: readonly GPUBuffer[];
  readonly #perBuffer: number;

  /**
   * @param bytes of one record, a multiple of 4 as copies need
   * @param mostBytes of one buffer; default: what the adapter allows
   * @throws GpuLimitError when one record alone exceeds that
   */
  constructor(
    private readonly gpu: Gpu,
    readonly label: string,
    readonly count: number,
    readonly bytes: number,
    mostBytes = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize),
  ) {
    if (!Number.isSafeInteger(bytes) || bytes < 4 || bytes % 4 !== 0) {
      throw new RangeError(`${label}: a record of ${String(bytes)} bytes; expected a multiple of 4`);
    }
    // A buffer's size is rounded up to 16 bytes.
    this.#perBuffer = Math.floor((mostBytes - (mostBytes % 16)) / bytes);
    if (this.#perBuffer < 1) {
      throw new GpuLimitError(
        `${label}: one record takes ${formatBytes(bytes)}; ${gpu.adapter.name} has at most ${formatBytes(mostBytes)} in one buffer`,
      );
    }
    using made = new ResourceStack();
    this.#buffers = Array.from({ length: Math.ceil(count / this.#perBuffer) }, (_, index) =>
      made.use(
        gpu.buffer(
          `${label} ${String(index)}`,
          bytes * Math.min(this.#perBuffer, count - index * this.#perBuffer),
        ),
      ),
    );
    made.move();
  }

  /** Buffers that the records are spread over. */
  get buffers(): number {
    return this.#buffers.length;
  }

  /** Encodes a copy of `source`, from a byte offset on, into a record. */
  copyIn(encoder: GPUCommandEncoder, source: GPUBuffer, offset: number, record: number): void {
    const place = this.#place(record);
    encoder.copyBufferToBuffer(source, offset, place.buffer, place.offset, this.bytes);
  }

  /** Encodes a copy of a record into `target`, at a byte offset. */
  copyOut(encoder: GPUCommandEncoder, record: number, target: GPUBuffer, offset: number): void {
    const place = this.#place(record);
    encoder.copyBufferToBuffer(place.buffer, place.offset, target, offset, this.bytes);
  }

  /** A record's bytes as they are now, even when commands that are submitted later change it. */
  read(record: number): Promise<ArrayBuffer> {
    const { buffer, offset } = this.#place(record);
    return this.gpu.read(buffer, this.bytes, offset);
  }

  /** As `read`, of many: records that fit into one staging buffer come back together, as views of one array. */
  async readMany(records: readonly number[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const atOnce = Math.max(1, Math.floor(mostStaged / this.bytes));
    const parts: Promise<Uint8Array<ArrayBuffer>[]>[] = [];
    for (let first = 0; first < records.length; first += atOnce)
      parts.push(this.#readTogether(records.slice(first, first + atOnce)));
    return (await Promise.all(parts)).flat();
  }

  async #readTogether(records: readonly number[]): Promise<Uint8Array<ArrayBuffer>[]> {
    const staging = this.gpu.staging(`read-back of ${this.label}`, this.bytes * records.length);
    const encoder = this.gpu.device.createCommandEncoder();
    for (const [index, record] of records.entries())
      this.copyOut(encoder, record, staging, index * this.bytes);
    this.gpu.device.queue.submit([encoder.finish()]);
    try {
      const content = await this.gpu.mapped(staging);
      return records.map((_, index) => new Uint8Array(content, index * this.bytes, this.bytes));
    } finally {
      staging.destroy();
    }
  }

  /** Queues bytes for a record; @throws RangeError when they are more than it holds */
  write(record: number, content: ArrayBufferView<ArrayBuffer>): void {
    if (content.byteLength > this.bytes) {
      throw new RangeError(
        `${this.label}: ${String(content.byteLength)} bytes for a record of ${String(this.bytes)}`,
      );
    }
    const { buffer, offset } = this.#place(record);
    this.gpu.write(buffer, content, offset);
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #place(record: number): { buffer: GPUBuffer; offset: number } {
    const buffer = this.#buffers[Math.floor(record / this.#perBuffer)];
    if (!buffer || !(record >= 0 && record < this.count)) {
      throw new RangeError(
        `${this.label} has the records 0 to ${String(this.count - 1)}, not ${String(record)}`,
      );
    }
    return { buffer, offset: (record % this.#perBuffer) * this.bytes };
  }
}

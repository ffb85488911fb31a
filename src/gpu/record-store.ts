/**
 * Many records of one size, such as an archive's pictures or genomes, that together may exceed what an adapter holds in
 * one buffer: they are spread over as many buffers as that takes. Only copies touch them, no kernel binds them.
 */
import type { Gpu } from './device.ts';
import { ResourceStack, type Resource } from '../util/resources.ts';
import { GpuLimitError, formatBytes } from './errors.ts';

export class Slots implements Resource {
  readonly #buffers: readonly GPUBuffer[];
  readonly #perBuffer: number;

  /**
   * @param bytes of one slot, a multiple of 4 as copies need
   * @param mostBytes of one buffer; default: what the adapter allows
   * @throws GpuLimitError when one slot alone exceeds that
   */
  constructor(
    private readonly gpu: Gpu,
    readonly label: string,
    readonly count: number,
    readonly bytes: number,
    mostBytes = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize),
  ) {
    if (!Number.isSafeInteger(bytes) || bytes < 4 || bytes % 4 !== 0) {
      throw new RangeError(`${label}: a slot of ${String(bytes)} bytes; expected a multiple of 4`);
    }
    // A buffer's size is rounded up to 16 bytes.
    this.#perBuffer = Math.floor((mostBytes - (mostBytes % 16)) / bytes);
    if (this.#perBuffer < 1) {
      throw new GpuLimitError(
        `${label}: one slot takes ${formatBytes(bytes)}; ${gpu.adapter.name} has at most ${formatBytes(mostBytes)} in one buffer`,
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

  /** Buffers that the slots are spread over. */
  get buffers(): number {
    return this.#buffers.length;
  }

  /** Encodes a copy of `source`, from a byte offset on, into a slot. */
  copyIn(encoder: GPUCommandEncoder, source: GPUBuffer, offset: number, slot: number): void {
    const place = this.#place(slot);
    encoder.copyBufferToBuffer(source, offset, place.buffer, place.offset, this.bytes);
  }

  /** Encodes a copy of a slot into `target`, at a byte offset. */
  copyOut(encoder: GPUCommandEncoder, slot: number, target: GPUBuffer, offset: number): void {
    const place = this.#place(slot);
    encoder.copyBufferToBuffer(place.buffer, place.offset, target, offset, this.bytes);
  }

  /** A slot's bytes as they are now, even when commands that are submitted later change it. */
  read(slot: number): Promise<ArrayBuffer> {
    const { buffer, offset } = this.#place(slot);
    return this.gpu.read(buffer, this.bytes, offset);
  }

  /** Queues bytes for a slot; @throws RangeError when they are more than it holds */
  write(slot: number, content: ArrayBufferView<ArrayBuffer>): void {
    if (content.byteLength > this.bytes) {
      throw new RangeError(
        `${this.label}: ${String(content.byteLength)} bytes for a slot of ${String(this.bytes)}`,
      );
    }
    const { buffer, offset } = this.#place(slot);
    this.gpu.write(buffer, content, offset);
  }

  destroy(): void {
    for (const buffer of this.#buffers) buffer.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #place(slot: number): { buffer: GPUBuffer; offset: number } {
    const buffer = this.#buffers[Math.floor(slot / this.#perBuffer)];
    if (!buffer || !(slot >= 0 && slot < this.count)) {
      throw new RangeError(`${this.label} has the slots 0 to ${String(this.count - 1)}, not ${String(slot)}`);
    }
    return { buffer, offset: (slot % this.#perBuffer) * this.bytes };
  }
}

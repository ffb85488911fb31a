/** The elites' pictures, kept on the device as the very bytes that were judged until they are saved. */
import type { Gpu } from '../gpu/device.ts';
import { Slots } from '../gpu/record-store.ts';
import type { Resource } from '../util/resources.ts';
import type { Replacement } from './archive.ts';

export class Gallery implements Resource {
  readonly #pictures: Slots;
  readonly #unsaved = new Set<number>();

  /** @param bytes of one image in the buffer of children */
  constructor(
    private readonly gpu: Gpu,
    private readonly children: GPUBuffer,
    bytes: number,
    cells: number,
  ) {
    this.#pictures = new Slots(gpu, 'elite pictures', cells, bytes);
  }

  destroy(): void {
    this.#pictures.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  adopt(replacements: readonly Pick<Replacement, 'cell' | 'child'>[]): void {
    if (replacements.length === 0) return;
    const encoder = this.gpu.device.createCommandEncoder();
    for (const { cell, child } of replacements) {
      this.#pictures.copyIn(encoder, this.children, child * this.#pictures.bytes, cell);
      this.#unsaved.add(cell);
    }
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** Pictures that changed since the last call, as they are now even when evolution goes on meanwhile. */
  async takeUnsaved(): Promise<{ cell: number; bytes: Uint8Array<ArrayBuffer> }[]> {
    const cells = [...this.#unsaved];
    this.#unsaved.clear();
    try {
      return await Promise.all(
        cells.map(async (cell) => ({ cell, bytes: new Uint8Array(await this.#pictures.read(cell)) })),
      );
    } catch (error) {
      this.putBack(cells);
      throw error;
    }
  }

  /** Says that a picture could not be saved, so that it is offered again. */
  putBack(cells: readonly number[]): void {
    for (const cell of cells) this.#unsaved.add(cell);
  }
}

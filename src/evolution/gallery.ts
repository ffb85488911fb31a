/** The elites' pictures, kept on the device as the very bytes that were judged. */
import type { Gpu } from '../gpu/device.ts';
import type { Image, ImageExtent } from '../image/image.ts';
import { imageWords, unpadPlanes } from '../image/image-layout.ts';
import { RecordStore } from '../gpu/record-store.ts';
import type { Resource } from '../util/resources.ts';
import type { Replacement } from './archive.ts';

export class Gallery implements Resource {
  readonly #pictures: RecordStore;

  /**
   * @param children bytes [children, channels, plane words · 4]
   * @param extent of an image
   */
  constructor(
    private readonly gpu: Gpu,
    private readonly children: GPUBuffer,
    private readonly extent: ImageExtent,
    cells: number,
  ) {
    this.#pictures = new RecordStore(gpu, 'elite pictures', cells, 4 * imageWords(extent));
  }

  destroy(): void {
    this.#pictures.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Copies the images of children that became elites. */
  adopt(replacements: readonly Pick<Replacement, 'cell' | 'child'>[]): void {
    if (replacements.length === 0) return;
    const encoder = this.gpu.device.createCommandEncoder();
    for (const { cell, child } of replacements)
      this.#pictures.copyIn(encoder, this.children, child * this.#pictures.bytes, cell);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  /** The picture of a cell's elite, as it is now even when evolution goes on meanwhile. */
  async image(cell: number): Promise<Image> {
    return this.#unpadded(new Uint8Array(await this.#pictures.read(cell)));
  }

  /** As `image`, of several cells. */
  async images(cells: readonly number[]): Promise<Image[]> {
    return (await this.#pictures.readMany(cells)).map((bytes) => this.#unpadded(bytes));
  }

  /** The first of the children, as they are drawn now. */
  async childImages(count: number): Promise<Image[]> {
    const { bytes } = this.#pictures;
    const all = new Uint8Array(await this.gpu.read(this.children, bytes * count));
    return Array.from({ length: count }, (_, child) =>
      this.#unpadded(all.slice(bytes * child, bytes * (child + 1))),
    );
  }

  #unpadded(bytes: Uint8Array<ArrayBuffer>): Image {
    const { extent } = this;
    return { extent, bytes: unpadPlanes(bytes, extent[1] * extent[2]) };
  }
}

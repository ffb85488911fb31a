/** Counts the buffers of a device that are not freed yet. */

/** Memory that the buffers of a device take. */
export interface GpuMemory {
  /** Buffers that were made and not destroyed. */
  readonly buffers: number;
  /** Bytes of those. */
  readonly bytes: number;
}

export class LiveBuffers {
  #buffers = 0;
  #bytes = 0;

  get memory(): GpuMemory {
    return { buffers: this.#buffers, bytes: this.#bytes };
  }

  /** Counts a buffer until it is destroyed, by any caller. It is not kept: one that is collected stays counted. */
  counted(buffer: GPUBuffer): GPUBuffer {
    const { size } = buffer;
    const destroy = buffer.destroy.bind(buffer);
    let isLive = true;
    this.#buffers++;
    this.#bytes += size;
    buffer.destroy = () => {
      if (isLive) {
        isLive = false;
        this.#buffers--;
        this.#bytes -= size;
      }
      destroy();
    };
    return buffer;
  }
}

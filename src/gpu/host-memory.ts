/** What a host has to say of the memory that a driver takes in its process. */

/** Both throw a GpuLimitError where the memory is not there. */
export interface HostMemory {
  /** Called before a buffer of so many bytes is made. */
  readonly forBuffer: (label: string, bytes: number) => void;
  /** Called before a kernel is compiled. @returns to be called when it is */
  readonly forCompiling: (label: string) => () => void;
}

export const unlimited: HostMemory = { forBuffer: () => undefined, forCompiling: () => () => undefined };

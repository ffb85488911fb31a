/**
 * Which activations may share memory: a tensor lives from the operation that writes it first to the one that reads
 * it last, and tensors whose lives do not meet take turns in one buffer. Each shared buffer is a buffer of its own
 * rather than a slice, because WebGPU forbids reading and writing one buffer in the same dispatch.
 */

export interface TensorLife {
  readonly name: string;
  readonly bytes: number;
  /** Index of the first operation that touches it. */
  readonly first: number;
  /** Index of the last operation that touches it; Infinity keeps it for good. */
  readonly last: number;
}

/** Which tensors take turns in which buffer. */
export interface MemoryPlan {
  /** Buffer of each tensor by name. */
  readonly place: ReadonlyMap<string, number>;
  /** Bytes of each shared buffer. */
  readonly sizes: readonly number[];
  /** Bytes of all shared buffers. */
  readonly total: number;
  /** What it would be if every tensor had memory of its own. */
  readonly unshared: number;
}

/** Greedy: in order of birth, each tensor takes the free buffer whose size fits best. */
export function planMemory(tensors: readonly TensorLife[]): MemoryPlan {
  const buffers: { bytes: number; freeAfter: number }[] = [];
  const place = new Map<string, number>();
  for (const tensor of [...tensors].sort((a, b) => a.first - b.first || b.bytes - a.bytes)) {
    const free = buffers.filter(({ freeAfter }) => freeAfter < tensor.first);
    const best = free.reduce<(typeof buffers)[number] | undefined>(
      (kept, buffer) =>
        kept === undefined || Math.abs(buffer.bytes - tensor.bytes) < Math.abs(kept.bytes - tensor.bytes)
          ? buffer
          : kept,
      undefined,
    );
    const chosen = best ?? { bytes: 0, freeAfter: -1 };
    if (!best) buffers.push(chosen);
    chosen.bytes = Math.max(chosen.bytes, tensor.bytes);
    chosen.freeAfter = tensor.last;
    place.set(tensor.name, buffers.indexOf(chosen));
  }
  const sum = (values: readonly { readonly bytes: number }[]) =>
    values.reduce((total, { bytes }) => total + bytes, 0);
  return { place, sizes: buffers.map(({ bytes }) => bytes), total: sum(buffers), unshared: sum(tensors) };
}

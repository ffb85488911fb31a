/** A file of MNIST's format: header, dimensions, bytes. */
export function idx(shape: readonly number[], values: ArrayLike<number>, type = 0x08): Uint8Array {
  const dimensions = shape.flatMap((size) => [
    size >>> 24,
    (size >>> 16) & 255,
    (size >>> 8) & 255,
    size & 255,
  ]);
  return Uint8Array.from([0, 0, type, shape.length, ...dimensions, ...Array.from(values)]);
}

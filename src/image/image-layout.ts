/**
 * Images in buffers: bytes [image, channels, height, width], every channel padded to whole words of four pixels, so
 * that a shader reads and writes four pixels at once.
 */

/** Words of one image. */
export function imageWords([channels, height, width]: readonly [number, number, number]): number {
  return channels * Math.ceil((height * width) / 4);
}

/** Pads every plane to whole words. @param plane pixels of one */
export function padPlanes(bytes: Uint8Array<ArrayBuffer>, plane: number): Uint8Array<ArrayBuffer> {
  return repitch(bytes, plane, Math.ceil(plane / 4) * 4, plane);
}

/** The inverse of `padPlanes`. */
export function unpadPlanes(bytes: Uint8Array<ArrayBuffer>, plane: number): Uint8Array<ArrayBuffer> {
  return repitch(bytes, Math.ceil(plane / 4) * 4, plane, plane);
}

function repitch(
  bytes: Uint8Array<ArrayBuffer>,
  from: number,
  to: number,
  used: number,
): Uint8Array<ArrayBuffer> {
  if (from === to) return bytes;
  const planes = bytes.length / from;
  const result = new Uint8Array(planes * to);
  for (let plane = 0; plane < planes; plane++) {
    result.set(bytes.subarray(plane * from, plane * from + used), plane * to);
  }
  return result;
}

/** The segments of a JPEG that describe it: the frame header and the tables (ITU-T T.81, B.2.2 and B.2.4). */

/** The picture's size and how its components are sampled. */
export interface JpegFrame {
  readonly width: number;
  readonly height: number;
  readonly progressive: boolean;
  /** One (grey), three (YCbCr or RGB) or four (CMYK or YCCK). */
  readonly components: readonly JpegComponent[];
  /** Largest sampling factors of all components: an MCU covers 8 · maxAcross × 8 · maxDown pixels. */
  readonly maxAcross: number;
  readonly maxDown: number;
}

export interface JpegComponent {
  readonly id: number;
  /** Blocks per MCU in each direction. */
  readonly across: number;
  readonly down: number;
}

/** What to do about a picture that is damaged. */
export const DAMAGED = 'fetch or export it again';

/** @throws Error when fields contradict each other or the kind cannot be decoded */
export function parseFrame(progressive: boolean, data: Uint8Array): JpegFrame {
  const [precision = 0, heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, total = 0] = data;
  if (data.length < 6 || data.length !== 6 + 3 * total) throw new Error(`its header is damaged: ${DAMAGED}`);
  if (precision !== 8) {
    throw new Error(`it has ${String(precision)} bits a sample, 8 can be read: export it with 8 bits`);
  }
  if (![1, 3, 4].includes(total)) {
    throw new Error(`it has ${String(total)} components, 1, 3 or 4 can be read: export it as grey or RGB`);
  }
  const components = Array.from({ length: total }, (_, index) => {
    const [id = 0, sampling = 0] = data.subarray(6 + 3 * index);
    return { id, across: sampling >> 4, down: sampling & 15 };
  });
  const factors = components.flatMap(({ across, down }) => [across, down]);
  if (new Set(components.map(({ id }) => id)).size !== total || factors.some((f) => f < 1 || f > 4))
    throw new Error(`its components are damaged: ${DAMAGED}`);
  return {
    width: (widthHigh << 8) | widthLow,
    height: (heightHigh << 8) | heightLow,
    progressive,
    components,
    maxAcross: Math.max(...components.map(({ across }) => across)),
    maxDown: Math.max(...components.map(({ down }) => down)),
  };
}

/** A byte for precision and number, then 64 values of one or two bytes, as often as there are tables. */
export function checkQuantizationTables(data: Uint8Array): void {
  let offset = 0;
  while (offset < data.length) {
    const precision = (data[offset] ?? 0) >> 4;
    if (precision > 1) throw new Error(`its quantization tables are damaged: ${DAMAGED}`);
    offset += 1 + 64 * (1 + precision);
  }
  if (offset !== data.length) throw new Error(`its quantization tables are damaged: ${DAMAGED}`);
}

/** A byte for class and number, how many codes there are of 1 to 16 bits, and the codes' values. */
export function checkHuffmanTables(data: Uint8Array): void {
  let offset = 0;
  while (offset < data.length) {
    const lengths = data.subarray(offset + 1, offset + 17);
    // Codes of one length may not use up more than is left of the code space.
    let free = 1;
    for (const codes of lengths) free = 2 * free - codes;
    const values = lengths.reduce((sum, codes) => sum + codes, 0);
    if (free < 0 || values > 256) throw new Error(`its Huffman tables are damaged: ${DAMAGED}`);
    offset += 17 + values;
  }
  if (offset !== data.length) throw new Error(`its Huffman tables are damaged: ${DAMAGED}`);
}

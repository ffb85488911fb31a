/** JPEG files made byte by byte, of flat 8 × 8 blocks, so that tests can break each rule of the format on its own. */

export interface JpegPlan {
  width: number;
  height: number;
  /** One function a component: the sample that fills a block, by the block's place. */
  components: {
    id?: number;
    across?: number;
    down?: number;
    sample: (row: number, column: number) => number;
  }[];
  progressive?: boolean;
  restartInterval?: number;
  /** Segments before the frame header. */
  before?: Buffer[];
}

export const START = Buffer.from([0xff, 0xd8]);
export const END = Buffer.from([0xff, 0xd9]);

export function segment(marker: number, data: Iterable<number>): Buffer {
  const content = Buffer.from([...data]);
  const bytes = Buffer.alloc(content.length + 4);
  bytes.writeUInt16BE(0xff00 | marker, 0);
  bytes.writeUInt16BE(content.length + 2, 2);
  bytes.set(content, 4);
  return bytes;
}

/** Every value 8: the mean of a block is then coded in steps of one. */
export const QUANTIZATION = segment(0xdb, [0, ...new Array<number>(64).fill(8)]);

/** Twelve codes of 4 bits for the lengths of DC differences, one of 1 bit for "no more AC". */
export const HUFFMAN = Buffer.concat([
  segment(0xc4, [0x00, 0, 0, 0, 12, ...new Array<number>(12).fill(0), ...Array(12).keys()]),
  segment(0xc4, [0x10, 1, ...new Array<number>(15).fill(0), 0]),
]);

export const ADOBE = (transform: number) =>
  segment(0xee, [...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]);

export const JFIF = segment(0xe0, [...Buffer.from('JFIF\0'), 1, 2, 0, 0, 1, 0, 1, 0, 0]);

export function frameHeader({ width, height, components, progressive = false }: JpegPlan): Buffer {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const sampling = components.flatMap(({ id, across = 1, down = 1 }, index) => [
    id ?? index + 1,
    (across << 4) | down,
    0,
  ]);
  return segment(progressive ? 0xc2 : 0xc0, [8, ...size, components.length, ...sampling]);
}

export function scanHeader({ components, progressive = false }: JpegPlan): Buffer {
  const selected = components.flatMap(({ id }, index) => [id ?? index + 1, 0]);
  return segment(0xda, [components.length, ...selected, 0, progressive ? 0 : 63, 0]);
}

export function jpegOf(plan: JpegPlan): Buffer {
  const interval = plan.restartInterval ?? 0;
  return Buffer.concat([
    START,
    ...(plan.before ?? []),
    QUANTIZATION,
    HUFFMAN,
    ...(interval > 0 ? [segment(0xdd, [interval >> 8, interval & 255])] : []),
    frameHeader(plan),
    scanHeader(plan),
    scanData(plan),
    ...(plan.progressive ? flatScans(plan) : []),
    END,
  ]);
}

/** Of a progressive picture, for each component: that every block has its mean and no other frequency. */
function flatScans({ width, height, components, restartInterval = 0 }: JpegPlan): Buffer[] {
  const maxAcross = Math.max(...components.map(({ across = 1 }) => across));
  const maxDown = Math.max(...components.map(({ down = 1 }) => down));
  return components.flatMap(({ id, across = 1, down = 1 }, index) => {
    const blocks = Math.ceil((width * across) / maxAcross / 8) * Math.ceil((height * down) / maxDown / 8);
    const interval = restartInterval || blocks;
    const parts = Array.from({ length: Math.ceil(blocks / interval) }, (_, part) => [
      ...(part > 0 ? [Buffer.from([0xff, 0xd0 + ((part - 1) % 8)])] : []),
      packed('0'.repeat(Math.min(interval, blocks - part * interval))),
    ]);
    return [segment(0xda, [1, id ?? index + 1, 0, 1, 63, 0]), ...parts.flat()];
  });
}

export function scanData({ width, height, components, progressive, restartInterval = 0 }: JpegPlan): Buffer {
  const lone = components.length === 1;
  const sampled = components.map(({ across = 1, down = 1, sample }) => ({ across, down, sample }));
  const unitWidth = lone ? 8 : 8 * Math.max(...sampled.map(({ across }) => across));
  const unitHeight = lone ? 8 : 8 * Math.max(...sampled.map(({ down }) => down));
  const [columns, rows] = [Math.ceil(width / unitWidth), Math.ceil(height / unitHeight)];
  const parts: Buffer[] = [];
  let bits = '';
  let predictions = sampled.map(() => 0);
  for (let unit = 0; unit < rows * columns; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      parts.push(packed(bits), Buffer.from([0xff, 0xd0 + ((unit / restartInterval - 1) % 8)]));
      bits = '';
      predictions = sampled.map(() => 0);
    }
    const [unitRow, unitColumn] = [Math.floor(unit / columns), unit % columns];
    sampled.forEach(({ across, down, sample }, index) => {
      const [wide, high] = lone ? [1, 1] : [across, down];
      for (let block = 0; block < wide * high; block++) {
        const row = unitRow * high + Math.floor(block / wide);
        const value = sample(row, unitColumn * wide + (block % wide)) - 128;
        bits += difference(value - predictions[index]!) + (progressive ? '' : '0');
        predictions[index] = value;
      }
    });
  }
  return Buffer.concat([...parts, packed(bits)]);
}

/** Its length in 4 bits, then the number itself; a negative one with every bit flipped (T.81, F.1.2.1). */
function difference(value: number): string {
  const length = value === 0 ? 0 : Math.abs(value).toString(2).length;
  const coded = value < 0 ? value + 2 ** length - 1 : value;
  return length.toString(2).padStart(4, '0') + (length === 0 ? '' : coded.toString(2).padStart(length, '0'));
}

/** Filled up with ones; a zero stands after each FF. */
function packed(bits: string): Buffer {
  const bytes = (bits + '1'.repeat((8 - (bits.length % 8)) % 8)).match(/.{8}/g) ?? [];
  return Buffer.from(
    bytes.map((byte) => parseInt(byte, 2)).flatMap((byte) => (byte === 255 ? [255, 0] : [byte])),
  );
}

/** TIFF's integer types, with signs and without: bytes, shorts, longs. */
export const INTEGER_TYPES = [1, 3, 4, 6, 8, 9] as const;

/** Exif with one tag besides the orientation, which is a short mostly. */
export function exif(
  orientation: number,
  littleEndian: boolean,
  type: (typeof INTEGER_TYPES)[number] = 3,
): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 2 * 12 + 4);
  const short = (value: number, at: number) =>
    littleEndian ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at);
  const long = (value: number, at: number) =>
    littleEndian ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at);
  tiff.write(littleEndian ? 'II' : 'MM', 0, 'latin1');
  short(42, 2);
  long(8, 4);
  short(2, 8);
  for (const [index, [tag, ofType, value]] of [
    [0x0100, 3, 77],
    [0x0112, type, orientation],
  ].entries()) {
    const at = 10 + 12 * index;
    short(tag!, at);
    short(ofType!, at + 2);
    long(1, at + 4);
    if (ofType === 4 || ofType === 9) long(value!, at + 8);
    else if (ofType === 3 || ofType === 8) short(value!, at + 8);
    else tiff.writeUInt8(value!, at + 8);
  }
  return segment(0xe1, [...Buffer.from('Exif\0\0', 'latin1'), ...tiff]);
}

/**
 * Which way up a photograph is. Phones store pictures as their sensor lies and say in Exif (a small TIFF
 * inside the JPEG) how to turn them: tag 0x0112 of the first directory (CIPA DC-008, table of tags; TIFF 6.0,
 * pages 13 to 16 and 36). Exif is a remark: one that cannot be read leaves the picture as it is.
 */
import type { Image } from '../image/image.ts';

/** 1 upright, 2 mirrored, 3 turned by 180°, 4 mirrored and turned by 180°, 5 to 8 with rows and columns swapped. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif", two zeros

/**
 * The orientation that an APP1 segment states.
 * @param segment its content, after marker and length
 * @returns undefined when it is no Exif or states none
 */
export function exifOrientation(segment: Uint8Array): Orientation | undefined {
  if (!EXIF.every((byte, index) => segment[index] === byte)) return undefined;
  const tiff = segment.subarray(EXIF.length);
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  try {
    // "II" for little-endian or "MM" for big-endian, 42, the offset of the first directory.
    const littleEndian = view.getUint16(0) === 0x4949;
    const directory = view.getUint32(4, littleEndian);
    const entries = view.getUint16(directory, littleEndian);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + 12 * entry;
      if (view.getUint16(at, littleEndian) !== ORIENTATION_TAG) continue;
      const value = integerAt(view, at + 8, view.getUint16(at + 2, littleEndian), littleEndian);
      return value !== undefined && value >= 1 && value <= 8 ? (value as Orientation) : undefined;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // an offset that points outside
  }
  return undefined;
}

/** The standard asks for a short; programs write every integer type (TIFF 6.0, page 15). */
function integerAt(view: DataView, at: number, type: number, littleEndian: boolean): number | undefined {
  if (type === 1) return view.getUint8(at);
  if (type === 3) return view.getUint16(at, littleEndian);
  if (type === 4) return view.getUint32(at, littleEndian);
  if (type === 6) return view.getInt8(at);
  if (type === 8) return view.getInt16(at, littleEndian);
  return type === 9 ? view.getInt32(at, littleEndian) : undefined;
}

/** The picture as it is meant to be seen. */
export function turnUpright(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { bytes } = image;
  const [channels, storedHeight, storedWidth] = image.extent;
  const swapped = orientation >= 5;
  const height = swapped ? storedWidth : storedHeight;
  const width = swapped ? storedHeight : storedWidth;
  // The stored picture read from its last row (or column) on, by orientation.
  const fromBottom = [3, 4, 6, 7].includes(orientation);
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const upright = new Uint8Array(bytes.length);
  let target = 0;
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * storedHeight * storedWidth;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const down = swapped ? x : y;
        const across = swapped ? y : x;
        const row = fromBottom ? storedHeight - 1 - down : down;
        const column = fromRight ? storedWidth - 1 - across : across;
        upright[target++] = bytes[plane + row * storedWidth + column] ?? 0;
      }
    }
  }
  return { extent: [channels, height, width], bytes: upright };
}

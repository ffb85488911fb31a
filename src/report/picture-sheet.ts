/**
 * Small pictures of a run with many, side by side on sheets: a thousand of them would be slow to open, in the page as in files.
 * Each is an element whose background is its place on a sheet.
 */
import type { Image } from '../image/image.ts';
import { encodeBytes } from '../util/base64.ts';

/** How pictures lie on a sheet, row by row; sides are in pixels. */
export interface SheetLayout {
  readonly columns: number;
  readonly rows: number;
  /** Of a picture. */
  readonly width: number;
  readonly height: number;
}

/** A sheet as the page has it. */
export interface PictureSheet extends SheetLayout {
  readonly number: number;
  /** What the page holds: the sheet, or where that is a file beside the page, a smaller copy that is shown without it. */
  readonly held: Uint8Array;
  readonly type: 'image/png' | 'image/jpeg';
  /** Path beside the page. */
  readonly file?: string;
}

/** A picture that is shown by a sheet. */
export interface SheetPicture {
  readonly sheet: PictureSheet;
  /** Place on it. */
  readonly place: number;
  /** Path of the picture in the run folder, to which it leads. */
  readonly whole: string;
  /** Whether that is larger than what is shown. */
  readonly smaller: boolean;
  /** Whether it is shown pixel by pixel. */
  readonly pixels: boolean;
}

/** Pixels around a picture that repeat those at its edge: where it is scaled, its neighbours do not shine in. */
const rim = 2;

/** Longest side of a sheet in pixels, about: a few megabytes once a browser has decoded it. */
const largestSide = 1320;

/** Layouts of as many sheets as so many pictures of a size take. */
export function sheetLayouts(count: number, width: number, height: number): SheetLayout[] {
  const fitting = (side: number) => Math.max(1, Math.floor(largestSide / (side + 2 * rim)));
  const most = fitting(width) * fitting(height);
  return Array.from({ length: Math.ceil(count / most) }, (_, sheet) => {
    const here = Math.min(most, count - sheet * most);
    const columns = Math.min(fitting(width), Math.ceil(Math.sqrt(here)));
    const across = Math.ceil(here / columns) > fitting(height) ? fitting(width) : columns;
    return { columns: across, rows: Math.ceil(here / across), width, height };
  });
}

/** @param pictures of the layout's size, as many as it has places or fewer */
export function composeSheet(pictures: readonly Image[], layout: SheetLayout): Image {
  const { columns, rows, width, height } = layout;
  const [stepX, stepY] = [width + 2 * rim, height + 2 * rim];
  const channels = pictures.some(({ extent }) => extent[0] === 3) ? 3 : 1;
  const [sheetWidth, sheetHeight] = [columns * stepX, rows * stepY];
  const bytes = new Uint8Array(channels * sheetWidth * sheetHeight);
  for (const [place, picture] of pictures.entries()) {
    const corner = Math.floor(place / columns) * stepY * sheetWidth + (place % columns) * stepX;
    for (let channel = 0; channel < channels; channel++) {
      const from = Math.min(channel, picture.extent[0] - 1) * width * height;
      const plane = picture.bytes.subarray(from, from + width * height);
      drawWithRim(bytes, channel * sheetWidth * sheetHeight + corner, sheetWidth, plane, layout);
    }
  }
  return { extent: [channels, sheetHeight, sheetWidth], bytes };
}

function drawWithRim(
  sheet: Uint8Array,
  corner: number,
  sheetWidth: number,
  plane: Uint8Array,
  { width, height }: SheetLayout,
): void {
  for (let y = 0; y < height + 2 * rim; y++) {
    const row = Math.min(height - 1, Math.max(0, y - rim)) * width;
    const start = corner + y * sheetWidth;
    sheet.fill(plane[row] ?? 0, start, start + rim);
    sheet.set(plane.subarray(row, row + width), start + rim);
    sheet.fill(plane[row + width - 1] ?? 0, start + rim + width, start + 2 * rim + width);
  }
}

/** The style of pictures that these sheets show. A browser takes the second image where the first is not there. */
export function sheetStyle(sheets: readonly PictureSheet[]): string {
  return sheets
    .map(({ number, file, held, type, columns, rows, width, height }) => {
      const images = [...(file === undefined ? [] : [file]), `data:${type};base64,${encodeBytes(held)}`];
      const size = [perCent(columns * (width + 2 * rim), width), perCent(rows * (height + 2 * rim), height)];
      return `.sheet-${String(number)} { background-image: ${images.map((url) => `url("${url}")`).join(', ')};
  background-size: ${size.join(' ')}; aspect-ratio: ${String(width)} / ${String(height)}; }\n`;
    })
    .join('');
}

export const sheetClass = ({ sheet, pixels }: SheetPicture): string =>
  `thumbnail sheet-${String(sheet.number)}${pixels ? ' pixels' : ''}`;

/** Where the sheet lies behind the element, as CSS counts: a share of what is not seen. */
export function sheetPosition({ sheet: { columns, rows, width, height }, place }: SheetPicture): string {
  const along = (index: number, count: number, side: number) =>
    perCent(index * (side + 2 * rim) + rim, count * (side + 2 * rim) - side);
  const [column, row] = [place % columns, Math.floor(place / columns)];
  return `background-position: ${along(column, columns, width)} ${along(row, rows, height)}`;
}

const perCent = (part: number, whole: number): string =>
  `${String(Number(((100 * part) / whole).toFixed(3)))}%`;

/** Lays the pictures of all classes in one image with captions, like the paper's figure 4. */
import { drawText, fitText, glyphAdvance, glyphHeight } from './bitmap-font.ts';
import { formatConfidence, shortLabel } from './format.ts';
import type { Image, ImageExtent } from '../image/image.ts';
import { resize } from '../image/shrink.ts';

/** The image of one class, with its caption. */
export interface GridPicture extends Image {
  readonly label: string;
  /** Written below; the first words of the label unless given. */
  readonly caption?: string;
  readonly confidence: number;
  /** Written below the caption in place of the confidence. */
  readonly note?: string;
}

/** Measures of a grid of pictures, in pixels. */
export interface GridOptions {
  /** Pictures side by side; 5 for up to ten pictures, else as many as make a square. */
  readonly columns?: number;
  /** Height that small pictures are enlarged to, about. */
  readonly pictureSize?: number;
  /** Pictures are drawn smaller when the grid would exceed this many pixels a side. */
  readonly largestSide?: number;
}

interface Layout {
  /** A picture's pixels are repeated so often; of one that is made smaller, once. */
  readonly enlarge: number;
  readonly columns: number;
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  /** Distance from a cell to the next, gap included. */
  readonly stepX: number;
  readonly stepY: number;
  readonly letterScale: number;
  readonly width: number;
  readonly height: number;
}

const background = 255;
const ink = 32;

/**
 * @param pictures of one size, in the order of their places
 * @throws RangeError when there is none, sizes differ, or a picture's bytes do not fit its size
 */
export function composeGrid(pictures: readonly GridPicture[], options: GridOptions = {}): Image {
  const [first] = pictures;
  if (!first) throw new RangeError('a grid needs at least one picture');
  for (const picture of pictures) requireSize(picture, first);
  const layout = chooseLayout(pictures.length, first.extent, options);
  const bytes = new Uint8Array(3 * layout.width * layout.height).fill(background);
  for (const [index, picture] of pictures.entries()) {
    const left = gapOf(layout) + (index % layout.columns) * layout.stepX;
    const top = gapOf(layout) + Math.floor(index / layout.columns) * layout.stepY;
    drawPicture(bytes, layout, picture, left, top);
    drawCaption(bytes, layout, picture, left, top + layout.pictureHeight);
  }
  return { extent: [3, layout.height, layout.width], bytes };
}

function requireSize(picture: GridPicture, first: GridPicture): void {
  const { extent, bytes, label } = picture;
  const [channels, height, width] = extent;
  const [, firstHeight, firstWidth] = first.extent;
  if (height !== firstHeight || width !== firstWidth) {
    const sizes = `${String(height)}x${String(width)} beside ${String(firstHeight)}x${String(firstWidth)}`;
    throw new RangeError(`the pictures of a grid are of one size; "${label}" is ${sizes}`);
  }
  if (bytes.length !== channels * height * width || bytes.length === 0) {
    const given = `${String(bytes.length)} bytes for [${extent.join(', ')}]`;
    throw new RangeError(`the picture of "${label}" has ${given}`);
  }
}

/** Longest side in pixels that a picture has in a grid of so many; a larger one may be made so small beforehand. */
export function gridPictureSide(count: number, extent: ImageExtent, options: GridOptions = {}): number {
  const { pictureHeight, pictureWidth } = chooseLayout(Math.max(1, count), extent, options);
  return Math.max(pictureHeight, pictureWidth);
}

/** The largest whole enlargement, or else the least shrinking, that keeps the grid within its bounds. */
function chooseLayout(count: number, extent: ImageExtent, options: GridOptions): Layout {
  const { columns = count <= 10 ? Math.min(count, 5) : Math.ceil(Math.sqrt(count)) } = options;
  const { pictureSize = 140, largestSide = 4000 } = options;
  const largestScale = Math.max(1, Math.floor(pictureSize / extent[1]));
  for (let enlarge = largestScale; enlarge > 1; enlarge--) {
    const layout = layOut(count, columns, extent, enlarge, 1);
    if (Math.max(layout.width, layout.height) <= largestSide) return layout;
  }
  for (let shrink = 1; ; shrink++) {
    const layout = layOut(count, columns, extent, 1, shrink);
    const smallest = layout.pictureWidth === 1 || layout.pictureHeight === 1;
    if (smallest || Math.max(layout.width, layout.height) <= largestSide) return layout;
  }
}

function layOut(
  count: number,
  columns: number,
  [, height, width]: ImageExtent,
  enlarge: number,
  shrink: number,
): Layout {
  const pictureWidth = Math.max(1, Math.floor((width * enlarge) / shrink));
  const pictureHeight = Math.max(1, Math.floor((height * enlarge) / shrink));
  const letterScale = pictureWidth >= 120 ? 2 : 1;
  const gap = gapOf({ letterScale });
  const stepX = pictureWidth + gap;
  const stepY = pictureHeight + captionLines * lineHeight * letterScale + gap;
  const rows = Math.ceil(count / columns);
  const whole = { width: gap + columns * stepX, height: gap + rows * stepY };
  return { enlarge, columns, pictureWidth, pictureHeight, stepX, stepY, letterScale, ...whole };
}

const captionLines = 2;
const lineHeight = glyphHeight + 2;

function gapOf({ letterScale }: Pick<Layout, 'letterScale'>): number {
  return 4 * letterScale;
}

function drawPicture(
  sheet: Uint8Array,
  layout: Layout,
  picture: GridPicture,
  left: number,
  top: number,
): void {
  const { enlarge, pictureHeight, pictureWidth } = layout;
  const { extent, bytes } = enlarge > 1 ? picture : resize(picture, pictureHeight, pictureWidth);
  const [channels, height, width] = extent;
  const area = layout.height * layout.width;
  for (let y = 0; y < pictureHeight; y++) {
    for (let x = 0; x < pictureWidth; x++) {
      const target = (top + y) * layout.width + left + x;
      const source = Math.floor(y / enlarge) * width + Math.floor(x / enlarge);
      for (let channel = 0; channel < 3; channel++)
        sheet[channel * area + target] =
          bytes[Math.min(channel, channels - 1) * height * width + source] ?? 0;
    }
  }
}

function drawCaption(
  sheet: Uint8Array,
  layout: Layout,
  picture: GridPicture,
  left: number,
  top: number,
): void {
  const { letterScale, pictureWidth, width } = layout;
  const characters = Math.floor((pictureWidth / letterScale + 1) / glyphAdvance);
  for (const [line, text] of [
    picture.caption ?? shortLabel(picture.label),
    picture.note ?? formatConfidence(picture.confidence, '%'),
  ].entries()) {
    const baseline = top + (2 + line * lineHeight) * letterScale;
    drawText(fitText(text, characters), (column, row) => {
      for (let y = 0; y < letterScale; y++) {
        const start = (baseline + row * letterScale + y) * width + left + column * letterScale;
        for (let plane = 0; plane < sheet.length; plane += width * layout.height)
          sheet.fill(ink, plane + start, plane + start + letterScale);
      }
    });
  }
}

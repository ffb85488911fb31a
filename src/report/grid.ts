/** Lays the pictures of all classes in one image with captions, like the paper's figure 4. */
import { drawText, fitText, glyphAdvance, glyphHeight } from './bitmap-font.ts';
import { formatConfidence, shortLabel } from './format.ts';
import { resize, type PlanarPicture } from '../image/shrink.ts';

/** The picture of one class. */
export interface GridPicture extends PlanarPicture {
  readonly label: string;
  /** Written below; the first words of the label unless given. */
  readonly caption?: string;
  readonly confidence: number;
  /** Written below the caption in place of the confidence. */
  readonly note?: string;
}

export interface GridOptions {
  /** Pictures side by side; 5 for up to ten pictures, else as many as make a square. */
  readonly columns?: number;
  /** Height that small pictures are enlarged to, about. */
  readonly pictureSize?: number;
  /** Pictures are drawn smaller when the grid would exceed this many pixels a side. */
  readonly largestSide?: number;
}

/** Red, green, blue, row by row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
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

/** [height, width, 3] → [3, height, width]. */
export function planesOf(rgb: Uint8Array): Uint8Array<ArrayBuffer> {
  const plane = rgb.length / 3;
  const planes = new Uint8Array(rgb.length);
  for (let index = 0; index < rgb.length; index++)
    planes[(index % 3) * plane + Math.floor(index / 3)] = rgb[index] ?? 0;
  return planes;
}

const background = 255;
const ink = 32;

/**
 * @param pictures of one size, in the order of their places
 * @throws RangeError when there is none, sizes differ, or a picture's bytes do not fit its size
 */
export function composeGrid(pictures: readonly GridPicture[], options: GridOptions = {}): RgbImage {
  const [first] = pictures;
  if (!first) throw new RangeError('a grid needs at least one picture');
  for (const picture of pictures) requireSize(picture, first);
  const layout = chooseLayout(pictures.length, first, options);
  const rgb = new Uint8Array(3 * layout.width * layout.height).fill(background);
  for (const [index, picture] of pictures.entries()) {
    const left = gapOf(layout) + (index % layout.columns) * layout.stepX;
    const top = gapOf(layout) + Math.floor(index / layout.columns) * layout.stepY;
    drawPicture(rgb, layout, picture, left, top);
    drawCaption(rgb, layout, picture, left, top + layout.pictureHeight);
  }
  return { width: layout.width, height: layout.height, rgb };
}

function requireSize(picture: GridPicture, first: GridPicture): void {
  const { channels, height, width, pixels, label } = picture;
  if (height !== first.height || width !== first.width) {
    const sizes = `${String(height)}x${String(width)} beside ${String(first.height)}x${String(first.width)}`;
    throw new RangeError(`the pictures of a grid are of one size; "${label}" is ${sizes}`);
  }
  if (pixels.length !== channels * height * width || pixels.length === 0) {
    const given = `${String(pixels.length)} bytes for [${[channels, height, width].join(', ')}]`;
    throw new RangeError(`the picture of "${label}" has ${given}`);
  }
}

/** The largest whole enlargement, or else the least shrinking, that keeps the grid within its bounds. */
function chooseLayout(count: number, size: GridPicture, options: GridOptions): Layout {
  const { columns = count <= 10 ? Math.min(count, 5) : Math.ceil(Math.sqrt(count)) } = options;
  const { pictureSize = 140, largestSide = 4000 } = options;
  const largestScale = Math.max(1, Math.floor(pictureSize / size.height));
  for (let enlarge = largestScale; enlarge > 1; enlarge--) {
    const layout = layOut(count, columns, size, enlarge, 1);
    if (Math.max(layout.width, layout.height) <= largestSide) return layout;
  }
  for (let shrink = 1; ; shrink++) {
    const layout = layOut(count, columns, size, 1, shrink);
    const smallest = layout.pictureWidth === 1 || layout.pictureHeight === 1;
    if (smallest || Math.max(layout.width, layout.height) <= largestSide) return layout;
  }
}

function layOut(count: number, columns: number, size: GridPicture, enlarge: number, shrink: number): Layout {
  const pictureWidth = Math.max(1, Math.floor((size.width * enlarge) / shrink));
  const pictureHeight = Math.max(1, Math.floor((size.height * enlarge) / shrink));
  const letterScale = pictureWidth >= 120 ? 2 : 1;
  const gap = gapOf({ letterScale });
  const stepX = pictureWidth + gap;
  const stepY = pictureHeight + captionLines * lineHeight * letterScale + gap;
  const rows = Math.ceil(count / columns);
  const width = gap + columns * stepX;
  const height = gap + rows * stepY;
  return { enlarge, columns, pictureWidth, pictureHeight, stepX, stepY, letterScale, width, height };
}

const captionLines = 2;
const lineHeight = glyphHeight + 2;

function gapOf({ letterScale }: Pick<Layout, 'letterScale'>): number {
  return 4 * letterScale;
}

function drawPicture(rgb: Uint8Array, layout: Layout, picture: GridPicture, left: number, top: number): void {
  const { enlarge, pictureHeight, pictureWidth } = layout;
  const { pixels, channels, height, width } =
    enlarge > 1 ? picture : resize(picture, pictureHeight, pictureWidth);
  for (let y = 0; y < pictureHeight; y++) {
    for (let x = 0; x < pictureWidth; x++) {
      const target = 3 * ((top + y) * layout.width + left + x);
      const source = Math.floor(y / enlarge) * width + Math.floor(x / enlarge);
      for (let channel = 0; channel < 3; channel++)
        rgb[target + channel] = pixels[Math.min(channel, channels - 1) * height * width + source] ?? 0;
    }
  }
}

function drawCaption(rgb: Uint8Array, layout: Layout, picture: GridPicture, left: number, top: number): void {
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
        rgb.fill(ink, 3 * start, 3 * (start + letterScale));
      }
    });
  }
}

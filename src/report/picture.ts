/** Pictures of a page: within it, so that it needs no other file, or in files beside it where they would make it too large. */
import { encodeBytes } from '../util/base64.ts';
import { html, type Markup } from './markup.ts';
import { sheetPosition, sheetClass, type SheetPicture } from './picture-sheet.ts';

/** A picture of a run as a page has it. */
export interface PagePicture {
  readonly png: Uint8Array;
  /** Where that lies beside the page, which then does not hold it. */
  readonly file?: string;
  /** Path of the picture in the run folder, to which one among many leads. */
  readonly whole?: string;
  /** Of a few pixels, for places where there is little room. */
  readonly small?: Uint8Array;
}

/** Pictures of fewer pixels are enlarged wherever they are shown, and shown pixel by pixel: every one counts. */
export const fewPixels = 96;

/** Of the places where pictures are smaller than that, in pixels of the page. */
const littleRoom = 80;

/** @param description read out in place of the picture */
export function pictureOf(picture: PagePicture | SheetPicture | undefined, description: string): Markup {
  if (!picture) return missing;
  if ('sheet' in picture)
    return html`<a href="${picture.whole}"
      ><span
        class="${sheetClass(picture)}"
        style="${sheetPosition(picture)}"
        role="img"
        aria-label="${description}"
      ></span
    ></a>`;
  const { png, file, whole } = picture;
  const image = html`<img
    class="${pixelsIfBelow(fewPixels, png)}"
    src="${file ?? dataOf(png)}"
    alt="${description}"
    loading="${file === undefined ? 'eager' : 'lazy'}"
    decoding="async"
  />`;
  return whole === undefined ? image : html`<a href="${whole}">${image}</a>`;
}

/** A picture where there is little room. */
export function smallPicture(png: Uint8Array | undefined, description: string): Markup {
  if (!png) return missing;
  return html`<img class="${pixelsIfBelow(littleRoom, png)}" src="${dataOf(png)}" alt="${description}" />`;
}

const missing = html`<div class="missing">no picture</div>`;

const dataOf = (png: Uint8Array): string => `data:image/png;base64,${encodeBytes(png)}`;

const pixelsIfBelow = (shown: number, png: Uint8Array): string => (longestSide(png) < shown ? 'pixels' : '');

/** As a PNG's header says, whose first chunk has width and height; 0 of what is none. */
function longestSide(png: Uint8Array): number {
  if (png.length < headerEnd) return 0;
  const view = new DataView(png.buffer, png.byteOffset, headerEnd);
  return Math.max(view.getUint32(headerEnd - 8), view.getUint32(headerEnd - 4));
}

/** Signature, length and name of the chunk, two sides. */
const headerEnd = 8 + 4 + 4 + 4 + 4;

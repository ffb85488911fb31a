import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/image/image.ts';
import {
  composeSheet,
  sheetLayouts,
  sheetPosition,
  sheetStyle,
  type PictureSheet,
} from '../../src/report/picture-sheet.ts';
import { full } from '../support/full.ts';

const picture = (width: number, height: number, seed: number): Image => ({
  extent: [3, height, width],
  bytes: Uint8Array.from({ length: 3 * width * height }, (_, index) => (index * 7 + seed * 31) % 256),
});

/** What a browser shows of a background in a box of the picture's size: CSS Backgrounds 3, "background-position". */
function shown(sheet: Image, style: string, position: string, width: number, height: number): number[] {
  const numbers = (text: string) => (text.match(/-?[\d.]+(?=%)/g) ?? []).map((one) => Number(one) / 100);
  const [sizeX = 0, sizeY = 0] = numbers(/background-size: (.*);.* aspect/.exec(style)?.[1] ?? '');
  const [x = 0, y = 0] = numbers(position);
  const [, sheetHeight, sheetWidth] = sheet.extent;
  expect([Math.round(sizeX * width), Math.round(sizeY * height)]).toEqual([sheetWidth, sheetHeight]);
  const left = Math.round(x * (sheetWidth - width));
  const top = Math.round(y * (sheetHeight - height));
  return Array.from({ length: 3 * width * height }, (_, index) => {
    const [channel, pixel] = [Math.floor(index / (width * height)), index % (width * height)];
    const [row, column] = [top + Math.floor(pixel / width), left + (pixel % width)];
    return sheet.bytes[(channel * sheetHeight + row) * sheetWidth + column]!;
  });
}

describe('sheets of small pictures', () => {
  it.each([
    [1, 28, 28],
    [31, 28, 28],
    [31, 40, 128],
    [full ? 250 : 70, 128, 60],
  ])('show each of %i pictures of %i × %i, and nothing of its neighbours', (count, width, height) => {
    const pictures = Array.from({ length: count }, (_, index) => picture(width, height, index));
    let first = 0;
    for (const [number, layout] of sheetLayouts(count, width, height).entries()) {
      const here = pictures.slice(first, (first += layout.columns * layout.rows));
      const image = composeSheet(here, layout);
      expect(Math.max(image.extent[1], image.extent[2])).toBeLessThanOrEqual(1320);
      const sheet: PictureSheet = { ...layout, number, held: new Uint8Array(), type: 'image/png' };
      for (const [place, one] of here.entries()) {
        const position = sheetPosition({ sheet, place, whole: '', smaller: false, pixels: false });
        expect(shown(image, sheetStyle([sheet]), position, width, height)).toEqual([...one.bytes]);
      }
    }
    expect(first).toBeGreaterThanOrEqual(count);
  });

  it('name a file before the copy that the page holds', () => {
    const [layout] = sheetLayouts(3, 28, 28);
    const held = { ...layout!, number: 2, held: Uint8Array.of(1, 2, 3), type: 'image/jpeg' } as const;
    expect(sheetStyle([held])).toContain('.sheet-2 { background-image: url("data:image/jpeg;base64,AQID");');
    expect(sheetStyle([{ ...held, file: 'thumbnails/0002.jpg' }])).toContain(
      'background-image: url("thumbnails/0002.jpg"), url("data:image/jpeg;base64,AQID");',
    );
  });
});

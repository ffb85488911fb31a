import { describe, expect, it } from 'vitest';
import { drawText, fitText, glyphAdvance, glyphHeight } from '../../src/report/bitmap-font.ts';

function pictureOf(text: string): string[] {
  const rows = Array.from({ length: glyphHeight }, () => Array<string>(text.length * glyphAdvance).fill('.'));
  drawText(text, (column, row) => {
    const line = rows[row];
    if (line) line[column] = '#';
  });
  return rows.map((row) => row.join(''));
}

describe('bitmap font', () => {
  it('draws letters the right way up', () => {
    expect(pictureOf('Fj')).toEqual([
      '#####....#..',
      '#...........',
      '#........#..',
      '####.....#..',
      '#........#..',
      '#.....#..#..',
      '#......##...',
      '............',
    ]);
  });

  it('has a different picture for every printable character', () => {
    const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    expect(new Set(characters.map((character) => pictureOf(character).join())).size).toBe(95);
  });

  it('drops accents and marks what it cannot draw', () => {
    expect(pictureOf('é')).toEqual(pictureOf('e'));
    expect(pictureOf('学\n')).toEqual(pictureOf('??'));
  });

  it('shortens a line that does not fit', () => {
    expect([fitText('zebra', 5), fitText('school bus', 9), fitText('school bus', 1)]).toEqual([
      'zebra',
      'school..',
      '.',
    ]);
  });
});

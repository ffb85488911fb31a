/** Lines of columns on a terminal: where it is narrow, whole columns are left out, the least important first. */

export interface TerminalColumn {
  /** What it shows, for a heading. */
  readonly name: string;
  /** Characters that its cells take, usually. */
  readonly width: number;
  /** The higher, the sooner it is left out; 0 is always there. */
  readonly rank: number;
  /** Numbers stand to the right, so that their digits line up. */
  readonly numeric?: boolean;
}

const gap = 2;

const widthOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, widths.length - 1);

/**
 * Which columns there is room for, by their place.
 * @param widths that they take in fact, where that is known
 */
export function columnsThatFit(
  columns: readonly TerminalColumn[],
  most: number,
  widths: readonly number[] = columns.map(({ width }) => width),
): number[] {
  let places = [...columns.keys()];
  const rankAt = (place: number) => columns[place]?.rank ?? 0;
  while (widthOf(places.map((place) => widths[place] ?? 0)) > most) {
    const highest = Math.max(...places.map(rankAt));
    if (highest <= 0) break;
    const last = places.findLastIndex((place) => rankAt(place) === highest);
    places = places.filter((_, index) => index !== last);
  }
  return places;
}

/** Cells side by side. @param widths of all columns; `places`: those that are shown */
export const laidOut = (
  columns: readonly Pick<TerminalColumn, 'numeric'>[],
  cells: readonly string[],
  widths: readonly number[],
  places: readonly number[],
): string =>
  places
    .map((place) => {
      const [cell, width] = [cells[place] ?? '', widths[place] ?? 0];
      return columns[place]?.numeric ? cell.padStart(width) : cell.padEnd(width);
    })
    .join(' '.repeat(gap))
    .trimEnd();

/** A line of those columns that there is room for; fewer where this line's cells are wider than usual. */
export function columnLine(
  columns: readonly TerminalColumn[],
  cells: readonly string[],
  most: number,
): string {
  const widths = columns.map(({ width }, place) => Math.max(width, cells[place]?.length ?? 0));
  return laidOut(columns, cells, widths, columnsThatFit(columns, most, widths));
}

/** Characters of a line of standard output. */
export const outputWidth = (): number => (process.stdout.isTTY ? process.stdout.columns : Infinity);

/** Cut between words into lines that fit; those after the first are indented. A word that is longer than a line stays whole. */
export function wrapped(text: string, most: number, indent = 2): string[] {
  const start = /^ */.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = '';
  for (const word of text.trim().split(' ')) {
    const margin = lines.length === 0 ? start : start + ' '.repeat(indent);
    if (line === '') line = margin + word;
    else if (line.length + 1 + word.length <= most) line += ` ${word}`;
    else {
      lines.push(line);
      line = start + ' '.repeat(indent) + word;
    }
  }
  return [...lines, line];
}

/** A line with remarks behind it, or below it where there is no room. */
export function withNotes(line: string, notes: readonly string[], most: number): string[] {
  if (notes.length === 0) return [line];
  const together = [line, ...notes].join(' '.repeat(gap));
  if (together.length <= most) return [together];
  return [line, ...wrapped(`    ${notes.join(', ')}`, most, 0)];
}

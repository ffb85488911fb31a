/** A table of plain text: columns as wide as their widest cell. */
import { laidOut, columnsThatFit, wrapped } from './columns.ts';

export interface TableColumn {
  readonly heading: string;
  /** Numbers stand to the right, so that their digits line up. */
  readonly numeric?: boolean;
  /** Where the terminal is narrow: the higher, the sooner the column is left out; default: 0, which stays. */
  readonly rank?: number;
}

/**
 * Lines without a line feed; the first are the headings. Where even the columns that stay are too wide together, the first one
 * stands on separate lines.
 * @param most characters of a line
 */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  most = Infinity,
): string[] {
  const lines = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  const ranked = columns.map(({ heading, rank = 0 }, index) => ({
    name: heading,
    width: widths[index] ?? 0,
    rank,
  }));
  const places = columnsThatFit(ranked, most);
  const lineOf = (cells: readonly string[], shown: readonly number[]) =>
    laidOut(columns, cells, widths, shown);
  const whole = lines.map((cells) => lineOf(cells, places));
  if (whole.every(({ length }) => length <= most)) return whole;
  const [, ...others] = columnsThatFit(
    ranked.map((column, index) => (index === 0 ? { ...column, width: 0 } : column)),
    most,
  );
  return lines.flatMap((cells) => [...wrapped(cells[0] ?? '', most), `  ${lineOf(cells, others)}`]);
}

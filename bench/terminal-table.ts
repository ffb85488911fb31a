/** A table of plain text: columns as wide as their widest cell. */

export interface TerminalColumn {
  readonly heading: string;
  /** Numbers stand to the right, so that their digits line up. */
  readonly numeric?: boolean;
}

/** Lines without a line feed; the first are the headings. */
export function tableLines(
  columns: readonly TerminalColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = [columns.map(({ heading }) => heading), ...rows];
  const widths = columns.map((_, index) => Math.max(...lines.map((cells) => cells[index]?.length ?? 0)));
  return lines.map((cells) =>
    columns
      .map(({ numeric }, index) => {
        const [text, width] = [cells[index] ?? '', widths[index] ?? 0];
        return numeric ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

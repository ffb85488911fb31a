/**
 * The rows of a table as lines, columns as wide as their widest cell and two spaces apart.
 * @param toTheRight columns of numbers, whose digits line up
 */
export function aligned(table: readonly (readonly string[])[], toTheRight: readonly number[] = []): string[] {
  const columns = Math.max(...table.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return toTheRight.includes(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}

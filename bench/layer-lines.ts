/** The layers of a network for the terminal. */
import { formatNumber } from '../src/report/format.ts';
import type { Breakdown } from './breakdown.ts';
import { formatMs, formatShare } from './format.ts';
import { tableLines } from './terminal-table.ts';

/** A line for each dispatch, and one for what is left beside them; none for a row that was not broken down. */
export function layerLines(row: Partial<Breakdown>): string[] {
  const { layers = [], dispatches = layers.length, overheadMs = 0, overheadShare = 0 } = row;
  if (layers.length === 0) return [];
  const columns = [
    { heading: 'dispatch' },
    { heading: 'pass' },
    { heading: 'kernel' },
    ...['median', 'share', 'GFLOP/s', 'GB/s'].map((heading) => ({ heading, numeric: true })),
  ];
  const rows = layers.map(({ label, pass, kernel, medianMs, share, gflops, gbps }) => [
    label,
    pass,
    kernel,
    formatMs(medianMs),
    formatShare(share),
    formatNumber(gflops),
    formatNumber(gbps),
  ]);
  const rest = `${formatMs(overheadMs)} beside the ${formatNumber(dispatches)} dispatches`;
  return [...tableLines(columns, rows), `${rest}: ${formatShare(overheadShare)} of the submission`].map(
    (line) => `  ${line}`,
  );
}

/** The layers of a network for the terminal. */
import { formatNumber } from '../../src/report/format.ts';
import type { Breakdown } from './breakdown.ts';
import { formatMs, formatShare } from '../report/format-figures.ts';
import { tableLines } from '../report/terminal-table.ts';

const margin = '  ';

/** A line for each dispatch, and one for what is left beside them; none for a row that was not broken down. @param most characters of a line */
export function layerLines(row: Partial<Breakdown>, most = Infinity): string[] {
  const { layers = [], dispatches = layers.length, overheadMs = 0, overheadShare = 0 } = row;
  if (layers.length === 0) return [];
  const columns = [
    { heading: 'dispatch' },
    { heading: 'pass', rank: 3 },
    { heading: 'kernel', rank: 1 },
    { heading: 'median', numeric: true },
    { heading: 'share', numeric: true },
    { heading: 'GFLOP/s', numeric: true, rank: 2 },
    { heading: 'GB/s', numeric: true, rank: 4 },
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
  const table = tableLines(columns, rows, most - margin.length);
  return [...table, `${rest}: ${formatShare(overheadShare)} of the submission`].map((line) => margin + line);
}

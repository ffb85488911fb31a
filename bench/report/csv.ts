/** A results file as a table for spreadsheets: comma-separated values as RFC 4180 has them. */
import type { Results, ResultRow } from './results-file.ts';

/** Keys of rows in the order of the columns; lists are left out. */
const keys = [
  'name',
  'shape',
  'variant',
  'work',
  'batch',
  'seed',
  'engine',
  'precision',
  'mode',
  'chosen',
  'medianMs',
  'lowMs',
  'highMs',
  'p10Ms',
  'p90Ms',
  'samples',
  'slowdown',
  'humps',
  'timer',
  'gflops',
  'gbps',
  'ofPeak',
  'aboveRoof',
  'intensity',
  'compileMs',
  'workgroupMemory',
  'imagesPerSecond',
  'throughput',
  'inFlight',
  'nodesPerSecond',
  'ofFunctions',
  'deviceBytes',
  'dispatches',
  'overheadMs',
  'overheadShare',
  'agrees',
  'commandSeconds',
  'runSeconds',
  'evaluationsPerSecond',
  'peakMemoryMiB',
  'medianConfidence',
  'minConfidence',
  'renderMs',
  'networkMs',
  'readBackMs',
  'evolutionMs',
  'savingMs',
] as const;

const sectionOf = {
  kernel: 'kernels',
  network: 'networks',
  peer: 'peers',
  evolution: 'evolution',
} as const satisfies Record<ResultRow['kind'], string>;

/** A line of headings and one of each row; columns that no row has are left out. Units are those of the results file. */
export function csvOf(results: Results): string {
  const rows = results.rows.map((row) => new Map<string, unknown>(Object.entries(row)));
  const shown = keys.filter((key) => rows.some((row) => row.has(key)));
  const lines = results.rows.map((row, index) => [
    sectionOf[row.kind],
    ...shown.map((key) => rows[index]?.get(key)),
    row.adapter ?? results.adapter.name,
    row.commit ?? results.commit,
    results.date,
  ]);
  return [['section', ...shown, 'adapter', 'commit', 'date'], ...lines]
    .map((cells) => cells.map(cellText).join(',') + '\r\n')
    .join('');
}

function cellText(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

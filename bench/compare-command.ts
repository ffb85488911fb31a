/** `bench compare A.json B.json`: a verdict for each row; the exit code tells whether anything became slower. */
import { InvalidArgumentError, type Command } from 'commander';
import { UsageError } from '../src/cli/usage-error.ts';
import { formatCount } from '../src/report/format.ts';
import {
  compareResults,
  usualThreshold,
  type Basis,
  type ComparedRow,
  type Comparison,
  type Verdict,
} from './compare.ts';
import { formatMs } from './format.ts';
import { readResults, ResultsFileError, type Results } from './results-file.ts';
import { tableLines } from './terminal-table.ts';

/** Adds the command. It sets the exit code: 1 when a row became slower, 0 when none did. */
export function addCompare(program: Command): void {
  program
    .command('compare <before> <after>')
    .description('compare two results files row by row; exit code 1 when a row became slower')
    .option('--threshold <percent>', 'differences below this count for nothing', percent, usualThreshold)
    .option('--json', 'print one JSON object on standard output', false)
    .action((before: string, after: string, options: { threshold: number; json: boolean }) => {
      const comparison = compareFiles(before, after, options.threshold);
      const { warnings } = comparison;
      for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
      if (options.json) process.stdout.write(JSON.stringify({ before, after, ...comparison }) + '\n');
      else process.stdout.write(comparisonLines(comparison).join('\n') + '\n');
      process.exitCode = comparison.rows.some(({ verdict }) => verdict === 'slower') ? 1 : 0;
    });
}

/** @throws UsageError for files that are none: exit code 1 is kept for what became slower */
export function compareFiles(before: string, after: string, threshold: number): Comparison {
  return compareResults(readGiven(before), readGiven(after), threshold);
}

/** Reads a results file that the user named. @throws UsageError */
export function readGiven(path: string): Results {
  try {
    return readResults(path);
  } catch (error) {
    throw error instanceof ResultsFileError ? new UsageError(error.message) : error;
  }
}

/** `3` or `3%` as 0.03. */
function percent(text: string): number {
  const value = /^\d+(\.\d+)?%?$/.test(text.trim()) ? parseFloat(text) : NaN;
  if (value >= 0 && value <= 1000) return value / 100;
  throw new InvalidArgumentError('Expected a percentage, 0 or more.');
}

/** What is printed: the table, rows that stand alone, how it was judged, and the sum of it. */
export function comparisonLines(comparison: Comparison): string[] {
  const { rows, onlyBefore, onlyAfter } = comparison;
  const columns = [
    { heading: 'row' },
    { heading: 'before', numeric: true },
    { heading: 'after', numeric: true },
    { heading: 'change', numeric: true },
    { heading: '99 % interval', numeric: true },
    { heading: 'p (Holm)', numeric: true },
    { heading: 'verdict' },
    { heading: 'by' },
  ];
  return [
    ...tableLines(columns, rows.map(cellsOf)),
    ...onlyBefore.map((row) => `only in the first file: ${row}`),
    ...onlyAfter.map((row) => `only in the second file: ${row}`),
    '',
    ...explanation(comparison),
    summary(rows),
  ];
}

function cellsOf({ row, beforeMs, afterMs, ratio, interval, adjustedP, verdict, basis }: ComparedRow) {
  return [
    row,
    formatMs(beforeMs),
    formatMs(afterMs),
    changeText(ratio),
    interval ? `${changeText(interval[0])} … ${changeText(interval[1])}` : '',
    adjustedP === undefined ? '' : pText(adjustedP),
    verdict,
    basis,
  ];
}

/** Change of the time, `+3.1 %`. */
function changeText(ratio: number): string {
  const change = (100 * (ratio - 1)).toFixed(1);
  return `${change.startsWith('-') ? '−' : '+'}${change.replace('-', '')} %`;
}

function pText(p: number): string {
  return p < 1e-4 ? '< 0.0001' : p.toFixed(4);
}

const bases: Readonly<Record<Basis, string>> = {
  times: 'by the times of both files: Mann–Whitney U test',
  spread:
    'by the spread, 10th to 90th percentile, for want of enough times: slower or faster where the spreads lie apart',
  disturbed: 'the machine was slower than itself while a side was measured, so nothing is said',
  'single run': 'a single run on a side: its spread is unknown, so nothing is said',
};

function explanation({ rows, threshold, level }: Comparison): string[] {
  const used = (Object.keys(bases) as Basis[]).filter((basis) => rows.some((row) => row.basis === basis));
  const limits = `beyond ±${String(Number((100 * threshold).toPrecision(3)))} %`;
  return [
    `faster, slower: significant at ${String(100 * level)} % over all tested rows together (Holm) and ${limits}; same: surely within it`,
    ...used.map((basis) => `${basis}: ${bases[basis]}`),
  ];
}

function summary(rows: readonly ComparedRow[]): string {
  const verdicts: readonly Verdict[] = ['slower', 'faster', 'same', 'ambiguous'];
  const counts = verdicts.map(
    (wanted) => `${String(rows.filter(({ verdict }) => verdict === wanted).length)} ${wanted}`,
  );
  return `${formatCount(rows.length, 'row')}: ${counts.join(', ')}`;
}

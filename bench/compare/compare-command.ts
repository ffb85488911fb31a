/** `bench compare A.json B.json`: a verdict for each row; the exit code tells whether anything became slower. */
import { outputWidth } from '../report/columns.ts';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Invocation } from '../../src/cli/io.ts';
import { Terminal, type TerminalOptions } from '../../src/cli/terminal.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { formatCount } from '../../src/report/format.ts';
import { ambiguities, type Ambiguity } from './ambiguity.ts';
import {
  compareResults,
  usualThreshold,
  type Basis,
  type ComparedRow,
  type Comparison,
  type Verdict,
} from './compare.ts';
import { formatMs } from '../report/format-figures.ts';
import { readResults, ResultsFileError, type Results } from '../report/results-file.ts';
import { tableLines } from '../report/terminal-table.ts';

interface CompareOptions extends TerminalOptions {
  readonly threshold: number;
}

/** Adds the command. It sets the exit code: 1 when a row became slower, 0 when none did. */
export function addCompare(program: Command, invocation: Invocation): void {
  program
    .command('compare <before> <after>')
    .description(
      'compare two results files row by row; exit code 1 when a row became slower, 2 when they have none in common',
    )
    .addOption(
      new Option(
        '--threshold <percent>',
        'slower or faster is what changed by more than this, the same what surely changed by less; 0.5 is half a per cent',
      )
        .argParser(percent)
        .default(usualThreshold, String(100 * usualThreshold)),
    )
    .option('--json', 'print one JSON object on standard output', false)
    .option('--quiet', 'print the sum of it alone, and warnings', false)
    .action((before: string, after: string, { threshold, ...options }: CompareOptions) => {
      const terminal = new Terminal(options, invocation);
      const comparison = compareFiles(before, after, threshold);
      const { warnings, rows } = comparison;
      for (const warning of warnings) terminal.warn(warning);
      for (const line of comparisonLines(comparison, outputWidth())) terminal.line(line);
      terminal.answer(summary(rows));
      terminal.json({ before, after, ...comparison });
      if (rows.some(({ verdict }) => verdict === 'slower')) invocation.exitCode = 1;
    });
}

/** @throws UsageError for files that are none, or have nothing in common: exit code 1 is kept for what became slower */
export function compareFiles(before: string, after: string, threshold: number): Comparison {
  const comparison = compareResults(readGiven(before), readGiven(after), threshold);
  const { rows, onlyBefore, onlyAfter } = comparison;
  if (rows.length === 0) {
    const counted = (path: string, names: readonly string[]) =>
      names.length === 0
        ? `${path} has no rows`
        : `${path} has ${formatCount(names.length, 'row')}, such as “${names[0] ?? ''}”`;
    throw new UsageError(
      `the files have no row in common: ${counted(before, onlyBefore)}; ${counted(after, onlyAfter)}. Measure the same sections with the same choices on both sides`,
    );
  }
  return comparison;
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

/**
 * What is printed before the sum of it: the table, rows that stand alone, how it was judged.
 * @param most characters of a line of the table
 */
export function comparisonLines(comparison: Comparison, most = Infinity): string[] {
  const { rows, onlyBefore, onlyAfter } = comparison;
  const columns = [
    { heading: 'row' },
    { heading: 'before', numeric: true, rank: 2 },
    { heading: 'after', numeric: true, rank: 2 },
    { heading: 'change', numeric: true },
    { heading: '99 % interval', numeric: true, rank: 3 },
    { heading: 'p (Holm)', numeric: true, rank: 4 },
    { heading: 'verdict' },
    { heading: 'by', rank: 1 },
  ];
  return [
    ...tableLines(columns, rows.map(cellsOf), most),
    ...onlyBefore.map((row) => `only in the first file: ${row}`),
    ...onlyAfter.map((row) => `only in the second file: ${row}`),
    '',
    ...explanation(comparison),
  ];
}

function cellsOf({
  row,
  beforeMs,
  afterMs,
  ratio,
  interval,
  adjustedP,
  verdict,
  basis,
  reason,
}: ComparedRow) {
  return [
    row,
    formatMs(beforeMs),
    formatMs(afterMs),
    changeText(ratio),
    interval ? `${changeText(interval[0])} … ${changeText(interval[1])}` : '',
    adjustedP === undefined ? '' : pText(adjustedP),
    verdict,
    reason ?? basis,
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

const bases = {
  times: 'by the times of both files: Mann–Whitney U test',
  spread:
    'by the spread, 10th to 90th percentile, for want of enough times: slower or faster where the spreads lie apart',
} as const satisfies Partial<Record<Basis, string>>;

function explanation({ rows, threshold, level }: Comparison): string[] {
  const told = (['times', 'spread'] as const).filter((basis) =>
    rows.some((row) => row.basis === basis && row.reason === undefined),
  );
  const limits = `±${String(Number((100 * threshold).toPrecision(3)))} %`;
  return [
    `faster, slower: significant at ${String(100 * level)} % over all tested rows together (Holm), and changed by more than ${limits}; same: the 99 % interval lies within ${limits}`,
    ...told.map((basis) => `${basis}: ${bases[basis]}`),
    ...(Object.keys(ambiguities) as Ambiguity[]).flatMap((reason) => {
      const count = rows.filter((row) => row.reason === reason).length;
      const [why, remedy] = ambiguities[reason];
      return count === 0 ? [] : [`ambiguous, ${reason} (${formatCount(count, 'row')}): ${why}; ${remedy}`];
    }),
  ];
}

/** The sum of it, in a line. */
export function summary(rows: readonly ComparedRow[]): string {
  const verdicts: readonly Verdict[] = ['slower', 'faster', 'same', 'ambiguous'];
  const counts = verdicts.map(
    (wanted) => `${String(rows.filter(({ verdict }) => verdict === wanted).length)} ${wanted}`,
  );
  return `${formatCount(rows.length, 'row')}: ${counts.join(', ')}`;
}

/** Two results files, row by row: faster, slower, the same, or not to be told. */
import type { Ambiguity } from './ambiguity.ts';
import { identityOf, pairRows } from './pair-rows.ts';
import { holm, testable } from './multiple-tests.ts';
import { rankTestP, ratioInterval, smallestP } from './rank-test.ts';
import type { Results, ResultRow } from '../report/results-file.ts';
import { warningsOf } from './compare-warnings.ts';
import { undisturbedBelow } from '../sampling/machine-load.ts';

export type Verdict = 'faster' | 'slower' | 'same' | 'ambiguous';

/**
 * What a verdict rests on: a test of the times of both sides; the spreads (10th to 90th percentile) where a side has
 * no times or too few for the test; or nothing, where a side has a single run, whose spread is unknown, or where the
 * machine was slower than itself while a side was measured.
 */
export type Basis = 'times' | 'spread' | 'single run' | 'disturbed';

export interface ComparedRow {
  readonly row: string;
  readonly verdict: Verdict;
  readonly basis: Basis;
  /** Why nothing is said, of ambiguous rows. */
  readonly reason?: Ambiguity;
  readonly beforeMs: number;
  readonly afterMs: number;
  /** Median after / median before: above 1 is slower. */
  readonly ratio: number;
  /** 99 % confidence interval of the ratio; of rows that were tested. */
  readonly interval?: readonly [low: number, high: number];
  /** Of the test, as it is and after Holm's correction. */
  readonly p?: number;
  readonly adjustedP?: number;
}

export interface Comparison {
  /** Share of the time below which a difference counts for nothing. */
  readonly threshold: number;
  /** Chance that any row at all is called faster or slower by luck. */
  readonly level: number;
  readonly warnings: readonly string[];
  readonly rows: readonly ComparedRow[];
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

export const level = 0.01;
export const usualThreshold = 0.03;

interface Side {
  readonly medianMs: number;
  readonly p10Ms: number;
  readonly p90Ms: number;
  readonly samples: number;
  /** Of the machine; 1 where it was not measured. */
  readonly slowdown: number;
  /** How much of it lasted throughout the run. */
  readonly slowness: number;
  /** Of repetitions minutes apart: the least median and the largest. */
  readonly visits: readonly [least: number, most: number];
  /** Absent where a file has none. */
  readonly times?: readonly number[];
}

interface Pair {
  readonly row: string;
  readonly before: Side;
  readonly after: Side;
}

/** @param threshold share of the time, e.g. 0.03 */
export function compareResults(before: Results, after: Results, threshold = usualThreshold): Comparison {
  const { pairs, onlyBefore, onlyAfter } = pairRows(before.rows, after.rows);
  const [slownessBefore, slownessAfter] = slownesses(before, after);
  const sides = pairs.map(([a, b]): Pair => ({
    row: identityOf(a),
    before: sideOf(a, slownessBefore),
    after: sideOf(b, slownessAfter),
  }));
  const least = sides.map(({ before, after }) =>
    before.times && after.times && !isDisturbed(before, after)
      ? smallestP(before.times.length, after.times.length)
      : 1,
  );
  // A row that could not be significant however far apart its times lie would only weaken the test of the others.
  const tested = testable(least, level);
  const p = sides.map(({ before: { times: a }, after: { times: b } }, index) =>
    tested.has(index) && a && b ? rankTestP(a, b) : undefined,
  );
  const adjusted = holm(p);
  return {
    threshold,
    level,
    warnings: warningsOf(before, after, pairs),
    rows: sides.map((pair, index) => judge(pair, p[index], adjusted[index], threshold)),
    onlyBefore: onlyBefore.map(identityOf),
    onlyAfter: onlyAfter.map(identityOf),
  };
}

/** How much slower the machine was at its best while each file was made than during the better of the two; 1 where unknown. */
function slownesses(before: Results, after: Results): readonly [before: number, after: number] {
  const [a, b] = [before.fixedWorkMs, after.fixedWorkMs];
  if (!a || !b || before.adapter.description !== after.adapter.description) return [1, 1];
  return [a / Math.min(a, b), b / Math.min(a, b)];
}

/**
 * Time of a row; of a whole run, that of the command.
 * @param slowness of the machine at its best
 */
function sideOf(row: ResultRow, slowness: number): Side {
  if (row.kind === 'evolution') {
    const medianMs = 1000 * row.commandSeconds;
    const visits = [medianMs, medianMs] as const;
    return { medianMs, p10Ms: medianMs, p90Ms: medianMs, samples: 1, slowdown: 1, slowness: 1, visits };
  }
  const { medianMs, p10Ms, p90Ms, samples, times, visitsMs = [medianMs] } = row;
  // A row of another commit was measured in another run.
  const lasting = row.commit === undefined ? slowness : 1;
  const slowdown = (row.slowdown ?? 1) * lasting;
  const usable = times?.length && times.every((time) => time > 0);
  const visits = [Math.min(...visitsMs), Math.max(...visitsMs)] as const;
  return { medianMs, p10Ms, p90Ms, samples, slowdown, slowness: lasting, visits, ...(usable && { times }) };
}

const isDisturbed = (before: Side, after: Side): boolean =>
  Math.max(before.slowdown, after.slowdown) > undisturbedBelow;

function judge(
  pair: Pair,
  p: number | undefined,
  adjustedP: number | undefined,
  threshold: number,
): ComparedRow {
  const { row, before, after } = pair;
  const ratio = after.medianMs / before.medianMs;
  const figures = { row, beforeMs: before.medianMs, afterMs: after.medianMs, ratio };
  if (isDisturbed(before, after)) {
    const passing = Math.max(before.slowdown / before.slowness, after.slowdown / after.slowness);
    const reason = passing > undisturbedBelow ? 'disturbed' : 'slower machine';
    return { ...figures, verdict: 'ambiguous', basis: 'disturbed', reason };
  }
  if (p !== undefined && adjustedP !== undefined && before.times && after.times) {
    const interval = ratioInterval(before.times, after.times, 1 - level);
    const otherwise = p < level ? 'many rows' : 'scatter';
    const judged = verdictOf(pair, ratio, adjustedP < level, interval, threshold, otherwise);
    return { ...figures, ...judged, basis: 'times', p, adjustedP, ...(interval && { interval }) };
  }
  if (Math.min(before.samples, after.samples) < 2)
    return { ...figures, verdict: 'ambiguous', basis: 'single run', reason: 'single run' };
  const apart = after.p10Ms > before.p90Ms || after.p90Ms < before.p10Ms;
  const extremes = [after.p10Ms / before.p90Ms, after.p90Ms / before.p10Ms] as const;
  return { ...figures, ...verdictOf(pair, ratio, apart, extremes, threshold, 'spread'), basis: 'spread' };
}

/**
 * What the machine's own slowdown explains is no difference: at worst it was all of one side's and none of the other's. Nor is
 * what repetitions of one side differ by among themselves.
 * @param interval in which the ratio surely lies
 * @param otherwise why nothing is said where it does not differ surely
 */
function verdictOf(
  { before, after }: Pair,
  ratio: number,
  differs: boolean,
  interval: readonly [low: number, high: number] | undefined,
  threshold: number,
  otherwise: Ambiguity,
): Pick<ComparedRow, 'verdict' | 'reason'> {
  const [least, most] = [1 / (1 + threshold), 1 + threshold];
  const ambiguous = (reason: Ambiguity) => ({ verdict: 'ambiguous', reason }) as const;
  // A clock that was too coarse shows 0, and no ratio.
  if (!(ratio > 0 && ratio < Infinity)) return ambiguous('coarse clock');
  const slower = after.visits[0] / before.visits[1];
  const faster = after.visits[1] / before.visits[0];
  if (differs && slower / after.slowdown > most) return { verdict: 'slower' };
  if (differs && faster * before.slowdown < least) return { verdict: 'faster' };
  if (interval && interval[0] >= least && interval[1] <= most) return { verdict: 'same' };
  if (!differs) return ambiguous(otherwise);
  if (slower > most || faster < least) return ambiguous('slowdown');
  return ambiguous(ratio > most || ratio < least ? 'visits' : 'near threshold');
}

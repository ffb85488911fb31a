/** The table of the searches, and whether they differ. */
import { median } from 'simple-statistics';
import { formatCount, formatNumber } from '../report/format.ts';
import type { ConclusionRow } from './experiment.ts';
import { evaluationsUntil, pointAfter, type SearchOutcome } from './search-outcome.ts';
import { bootstrapMedian, intervalText, mannWhitney, type Interval } from './intervals.ts';

/** A method's searches, one for each seed. */
export interface MethodRuns {
  readonly name: string;
  readonly runs: readonly SearchOutcome[];
}

const finalMedians = ({ runs }: MethodRuns): number[] => runs.map(({ points }) => points.at(-1)?.median ?? 0);

/** Of each search, the median over the classes: it goes on where confidences read 1. */
export const finalLogOdds = ({ runs }: MethodRuns): number[] =>
  runs.map(({ cells }) => median(cells.map(({ logOdds }) => logOdds)));

const beyond = 'not in the paper';
const thresholds = [
  ['99 %', 0.99],
  ['99.99 %', 0.9999],
] as const;

export function searchRows(methods: readonly MethodRuns[]): ConclusionRow[] {
  return [
    ...methods.map((method) => ({
      what: `median confidence at the budget, ${method.name}`,
      paper: beyond,
      here: intervalText(bootstrapMedian(finalMedians(method))),
    })),
    ...methods.map((method) => ({
      what: `log-odds at the budget, ${method.name}`,
      paper: beyond,
      here: logOddsText(bootstrapMedian(finalLogOdds(method))),
    })),
    ...thresholds.flatMap(([name, least]) =>
      methods.map((method) => ({
        what: `evaluations until half of the classes have ${name}, ${method.name}`,
        paper: beyond,
        here: untilText(method, least),
      })),
    ),
  ];
}

function logOddsText({ median: middle, low, high }: Interval): string {
  const [text, from, to] = [middle, low, high].map((value) => value.toFixed(2));
  return low === high ? String(text) : `${String(text)} (95 % interval ${String(from)} to ${String(to)})`;
}

/** Median of the searches that got there, where that is the half of them. */
function untilText({ runs }: MethodRuns, least: number): string {
  const reached = runs
    .map((run) => evaluationsUntil(run, least) ?? Infinity)
    .sort((one, other) => one - other);
  const count = reached.filter(Number.isFinite).length;
  const middle = reached[Math.ceil(reached.length / 2) - 1] ?? Infinity;
  const when = Number.isFinite(middle) ? formatNumber(middle) : 'never';
  return `${when} (in ${String(count)} of ${formatCount(runs.length, 'run')})`;
}

export interface SearchDifference {
  readonly better: string;
  readonly worse: string;
  /** Of Mann and Whitney's test on the searches' median log-odds at the end. */
  readonly p: number;
}

/** All pairs of methods; the one of the higher median comes first. */
export function searchDifferences(methods: readonly MethodRuns[]): SearchDifference[] {
  const ordered = methods
    .map(({ name, ...rest }) => ({ name, values: finalLogOdds({ name, ...rest }) }))
    .sort((one, other) => median(other.values) - median(one.values));
  return ordered.flatMap((better, place) =>
    ordered.slice(place + 1).map((worse) => ({
      better: better.name,
      worse: worse.name,
      p: mannWhitney(better.values, worse.values).p,
    })),
  );
}

/** The methods in the order in which they ended, each beside the next one. */
export function rankingRemark(methods: readonly MethodRuns[]): string {
  const pairs = searchDifferences(methods);
  const runs = Math.min(...methods.map((method) => method.runs.length));
  const order = [...methods].sort((one, other) => median(finalLogOdds(other)) - median(finalLogOdds(one)));
  const steps = order.slice(1).map(({ name }, place) => {
    const pair = pairs.find(({ better, worse }) => better === order[place]?.name && worse === name);
    return `${name} (p = ${(pair?.p ?? 1).toFixed(3)})`;
  });
  return `In the order of their log-odds at the budget, each with p of Mann and Whitney’s test against the one before it: ${[order[0]?.name ?? '', ...steps].join(' > ')}. ${formatCount(pairs.length, 'pair')}, p not corrected for their number; with ${formatCount(runs, 'run')} of each, no p is below ${leastP(runs).toFixed(3)}.`;
}

/** Ascents that could not use up their budget, by method. */
export function lostRemarks(methods: readonly MethodRuns[]): string[] {
  return methods.flatMap(({ name, runs }) => {
    const lost = runs.reduce((sum, run) => sum + run.lost, 0);
    const all = runs.reduce((sum, { cells }) => sum + cells.length, 0);
    if (lost === 0) return [];
    return [
      `${name}: ${String(lost)} of ${formatCount(all, 'ascent')} came to where there is no gradient, and keep what they had.`,
    ];
  });
}

/** Where all values of one group exceed all of the other. */
function leastP(runs: number): number {
  const first = Array.from({ length: runs }, (_, index) => index);
  return mannWhitney(
    first,
    first.map((value) => value + runs),
  ).p;
}

/** Places of evaluations, evenly along a logarithmic axis: each is a power of two halves, from the least to the budget. */
export function logPlaces(from: number, to: number): number[] {
  const places: number[] = [];
  for (let place = to; place > from; place /= Math.SQRT2) places.push(Math.round(place));
  return [...new Set([...places, Math.ceil(from)])].sort((one, other) => one - other);
}

/** Of a method, the median over its searches with its interval, where each of them has begun. */
export function intervalsAt(
  { runs }: MethodRuns,
  places: readonly number[],
): { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[] {
  return places.flatMap((x) => {
    const values = runs.flatMap((run) => pointAfter(run, x)?.median ?? []);
    if (values.length < runs.length) return [];
    const { median: y, low, high } = bootstrapMedian(values);
    return [{ x, y, low, high }];
  });
}

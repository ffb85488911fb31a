/** The table of gradient ascent: what each regulariser costs in confidence, and what it buys in smoothness. */
import { median as medianOf } from 'simple-statistics';
import { milestones } from '../runs/ascent/schema.ts';
import { formatConfidence, formatCount, formatNumber } from '../report/format.ts';
import type { AscentOutcome } from './ascent-step.ts';
import type { ConclusionRow } from './experiment.ts';
import { bootstrapMedian, intervalText } from './intervals.ts';

/** A regulariser's ascents, a run for each start. */
export interface RegulariserRuns {
  readonly name: string;
  readonly runs: readonly AscentOutcome[];
}

type Cell = AscentOutcome['cells'][number];

/** What the paper reports of the classes that it chose. */
const reported = 0.9999;

/** The paper gives no figure for it. */
const none = '–';

const cellsOf = ({ runs }: RegulariserRuns): Cell[] => runs.flatMap(({ cells }) => cells);

export function regulariserRows(groups: readonly RegulariserRuns[]): ConclusionRow[] {
  return [
    bestOfAll(groups),
    ...groups.map((group) => ({
      what: `highest confidence, ${group.name}`,
      paper: none,
      here: intervalText(bootstrapMedian(cellsOf(group).map(({ confidence }) => confidence))),
      ...fellShort(group),
    })),
    ...groups.map((group) => ({
      what: `first iteration, ${group.name}`,
      paper: none,
      here: milestoneText(cellsOf(group)),
    })),
    ...groups.map((group) => ({
      what: `total variation (bytes between neighbours), ${group.name}`,
      paper: none,
      here: formatNumber(variationOf(group)),
    })),
  ];
}

/** Whether any regulariser, or none, takes each class as far as the paper says. */
function bestOfAll(groups: readonly RegulariserRuns[]): ConclusionRow {
  const highest = new Map<number, number>();
  for (const { class: number, confidence } of groups.flatMap(cellsOf))
    highest.set(number, Math.max(confidence, highest.get(number) ?? 0));
  const reaching = [...highest.values()].filter((confidence) => confidence >= reported).length;
  return {
    what: 'classes that reach 99.99 % under any of them',
    paper: 'all that were chosen',
    here: `${String(reaching)} of ${String(highest.size)}`,
  };
}

/** Why ascents stay below the paper's confidence, as far as their records say. */
function fellShort(group: RegulariserRuns): { readonly differs?: string } {
  const short = cellsOf(group).filter(({ confidence }) => confidence < reported);
  if (short.length === 0) return {};
  const lost = short.filter(({ fault }) => fault !== undefined).length;
  const rising = short.filter(
    ({ fault, iteration, iterations }) => fault === undefined && iteration >= 0.9 * iterations,
  ).length;
  const level = short.length - lost - rising;
  const parts = [
    ...(rising > 0 ? [`best in the last tenth of the iterations ${String(rising)}`] : []),
    ...(level > 0 ? [`best before that ${String(level)}`] : []),
    ...(lost > 0 ? [`without a gradient on the way ${String(lost)}`] : []),
  ];
  return {
    differs: `${String(short.length)} of ${formatCount(cellsOf(group).length, 'ascent')} stay below 99.99 %: ${parts.join(', ')}`,
  };
}

/** Median over all ascents, those that never get there counted as later than any. */
function milestoneText(cells: readonly Cell[]): string {
  const at = (least: (typeof milestones)[number]) => (cell: Cell) =>
    cell.reached[milestones.indexOf(least)] ?? null;
  const kinds: readonly (readonly [string, (cell: Cell) => number | null])[] = [
    ['named', ({ firstNamed }) => firstNamed],
    ['99 %', at(0.99)],
    ['99.99 %', at(0.9999)],
  ];
  return kinds
    .map(([name, first]) => {
      const reached = cells.map((cell) => first(cell) ?? Infinity);
      const count = reached.filter(Number.isFinite).length;
      const middle = upperMedian(reached);
      const when = Number.isFinite(middle) ? formatNumber(middle) : 'never';
      return `${name} ${when} (${String(count)} of ${String(cells.length)})`;
    })
    .join(', ');
}

/** At which half of them, at least, have got there. */
function upperMedian(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? Infinity;
}

const variationOf = (group: RegulariserRuns): number =>
  medianOf(cellsOf(group).map(({ variation }) => variation));

const confidenceOf = (group: RegulariserRuns): number =>
  medianOf(cellsOf(group).map(({ confidence }) => confidence));

/** Each regulariser beside none: by how much its images are smoother, and at what confidence. */
export function regulariserRemarks(groups: readonly RegulariserRuns[]): string[] {
  const plain = groups.find(({ name }) => name === 'none');
  if (!plain) return [];
  const before = variationOf(plain);
  return groups.flatMap((group) => {
    if (group === plain || before === 0) return [];
    const change = (100 * (variationOf(group) - before)) / before;
    const word = change < 0 ? 'less' : 'more';
    return [
      `With ${group.name}, neighbouring pixels differ by ${formatNumber(Math.abs(change))} % ${word} than without a regulariser, at a median confidence of ${formatConfidence(confidenceOf(group))} (${formatConfidence(confidenceOf(plain))} without).`,
    ];
  });
}

/** What the table says of evolution against a network: what the paper counts, and why this run differs. */
import { mean as meanOf, median as medianOf } from 'simple-statistics';
import { formatConfidence, formatCount, formatNumber, shortLabel } from '../report/format.ts';
import type { EvolutionOutcome } from './evolution-step.ts';
import { bootstrapMedian, intervalText } from './intervals.ts';

/** A row of the table: what is counted, and the paper's figure. */
export interface Reported {
  readonly what: string;
  readonly paper: string;
  readonly here: (runs: readonly EvolutionOutcome[]) => string;
  readonly differs?: (runs: readonly EvolutionOutcome[], tried: Tried) => string;
}

/** What a run may try, here and in the paper. */
export interface Tried {
  readonly images: number;
  readonly imagesInPaper: number;
}

/** Confidence that the paper calls fooled. */
export const fooled = 0.9999;

/** Of each run, what it ends with. */
export const finals = (runs: readonly EvolutionOutcome[], key: 'median' | 'mean'): number[] =>
  runs.map((run) => run[key].at(-1) ?? 0);

type Course = 'best' | 'median' | 'mean';

/** Of each run, the first generation in which the classes' best, median or mean is at least so high. */
export const firstAt = (runs: readonly EvolutionOutcome[], course: Course, least: number): number[] =>
  runs.flatMap((run) => {
    const first = run[course].findIndex((value) => value >= least);
    return first === -1 ? [] : [first];
  });

export function firstText(runs: readonly EvolutionOutcome[], course: Course, least: number): string {
  const reached = firstAt(runs, course, least);
  if (reached.length === 0) return `in none of ${formatCount(runs.length, 'run')}`;
  const [low, high] = [Math.min(...reached), Math.max(...reached)];
  const generations =
    low === high ? String(low) : `${String(low)} to ${String(high)}, median ${String(medianOf(reached))}`;
  return `generation ${generations} (in ${String(reached.length)} of ${formatCount(runs.length, 'run')})`;
}

export const medianAtEnd: Reported['here'] = (runs) => intervalText(bootstrapMedian(finals(runs, 'median')));

export const classesAbove =
  (least: number): Reported['here'] =>
  (runs) => {
    const shares = runs.map(({ cells }) => cells.filter(({ confidence }) => confidence >= least).length);
    const cells = runs[0]?.cells.length ?? 0;
    const middle = medianOf(shares);
    return `${String(middle)} of ${String(cells)} (${((100 * middle) / Math.max(1, cells)).toFixed(1)} %)`;
  };

/** Which classes resist: the paper's were cats and dogs. */
export function hardest(runs: readonly EvolutionOutcome[]): string[] {
  const cells = runs[0]?.cells ?? [];
  const all = cells.map(({ label }, index) => {
    const own = runs.flatMap((run) => run.cells[index] ?? []);
    return {
      label: shortLabel(label),
      confidence: medianOf(own.map(({ confidence }) => confidence)),
      goalSwitches: meanOf(own.map(({ goalSwitches }) => goalSwitches)),
    };
  });
  const order = [...all].sort((one, other) => one.confidence - other.confidence);
  const named = order
    .slice(0, 5)
    .map(({ label, confidence }) => `${label} (${formatConfidence(confidence)})`);
  const switches = meanOf(all.map(({ goalSwitches }) => goalSwitches));
  return [
    `Hardest to fool, by the median of the runs: ${named.join(', ')}.`,
    `A cell was taken by the offspring of another class ${switches.toFixed(1)} times on average.`,
  ];
}

/** Classes of the network that the paper fools. */
const classesInPaper = 1000;

/** Whether runs were still gaining when they ended: the median of their medians half-way through the shortest and at its end. */
export function gains(runs: readonly EvolutionOutcome[]) {
  const generations = Math.min(...runs.map(({ median }) => median.length));
  const at = (generation: number) =>
    formatConfidence(medianOf(runs.map(({ median }) => median[generation] ?? 0)));
  return { generations, halfWay: at(Math.floor(generations / 2)), end: at(generations - 1) };
}

/** How much of the paper's search was made for each class, and whether it was still gaining when it ended. */
export const course: NonNullable<Reported['differs']> = (runs, { images, imagesInPaper }) => {
  const cells = runs[0]?.cells.length ?? 1;
  const { halfWay, end } = gains(runs);
  const each = formatNumber(Math.round(images / cells));
  const eachInPaper = formatNumber(Math.round(imagesInPaper / classesInPaper));
  return `${each} images tried for each of ${formatNumber(cells)} classes (paper: ${eachInPaper} for each of 1,000); median ${halfWay} half-way, ${end} at the end`;
};

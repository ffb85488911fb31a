/** The sections of an ascent's page that hold numbers and tables. */
import { isWatched } from '../ascent/settings.ts';
import { summariseAttacks } from '../runs/ascent/attacks.ts';
import { milestones, type AscentRow } from '../runs/ascent/schema.ts';
import { summarise } from '../util/confidence-statistics.ts';
import type { AscentReportInput } from './ascent-input.ts';
import {
  climbValues,
  describeBall,
  describeParametrisation,
  describeStart,
  describeTransformation,
  formatValue,
  milestoneNames,
  rowName,
  valueText,
} from './ascent-words.ts';
import { formatPerCent, formatConfidence, formatCount, formatDuration, formatNumber } from './format.ts';
import { html, type Markup } from './markup.ts';
import {
  columnTable,
  largeFigures,
  modelRows,
  namedTable,
  type LargeFigure,
  type NamedRow,
} from './tables.ts';
import { Section } from './section.ts';

/** What the ascent came to, in large figures. An unfinished one is counted from its records. */
export function figuresSection(input: AscentReportInput): Markup {
  const { rows, progress, summary } = input;
  const last = progress.at(-1);
  const evaluations = summary?.evaluations ?? last?.evaluations ?? 0;
  const seconds = summary?.seconds ?? last?.seconds ?? 0;
  const rate = summary?.evaluationsPerSecond ?? (seconds > 0 ? evaluations / seconds : 0);
  const each = summary?.secondsPerObjective ?? seconds / Math.max(1, rows.length);
  return largeFigures([
    ...(attackFigures(rows) ?? valueFigures(input) ?? confidenceFigures(input)),
    ['images a second', formatNumber(rate), `${formatNumber(evaluations)} evaluations`],
    ['an objective takes', formatDuration(each), `${formatDuration(seconds)} in all`],
  ]);
}

/** Of pictures that were to be named otherwise. */
function attackFigures(rows: readonly AscentRow[]): LargeFigure[] | undefined {
  const attack = summariseAttacks(rows);
  if (!attack) return undefined;
  const { images, attacked, succeeded, successRate, medianL2, medianLinf } = attack;
  const already = images - attacked;
  const rest = already > 0 ? `, ${formatNumber(already)} so before` : '';
  const norm = (name: string, bytes: number | null): LargeFigure[] =>
    bytes === null
      ? []
      : [
          [
            name,
            `${formatNumber(bytes)} ${bytes === 1 ? 'byte' : 'bytes'}`,
            `${(bytes / 255).toFixed(3)} of values from 0 to 1${succeeded > 1 ? '; median of the successes' : ''}`,
          ],
        ];
  return [
    [
      'success',
      successRate === null ? '–' : formatPerCent(successRate),
      `${formatNumber(succeeded)} of ${formatCount(attacked, 'attack')}${rest}`,
    ],
    ...norm('l2', medianL2),
    ...norm('l∞', medianLinf),
  ];
}

/** Of units, where no class is wanted. */
function valueFigures({ run, rows }: AscentReportInput): LargeFigure[] | undefined {
  const [first, ...others] = rows;
  if (!first || rows.some((_, index) => isWatched(run.settings, index))) return undefined;
  const gained = rows.filter(({ value, startValue = value }) => value > startValue).length;
  return others.length === 0
    ? [['value', formatValue(first.value), `${formatValue(first.startValue ?? first.value)} at the start`]]
    : [['objectives that gained', formatNumber(gained), `of ${formatNumber(rows.length)}`]];
}

function confidenceFigures({ run, rows }: AscentReportInput): LargeFigure[] {
  const wanted = rows.filter((_, index) => isWatched(run.settings, index));
  const confidences = wanted.map(({ confidence }) => confidence);
  const { median, min, above99, above9999 } = summarise(confidences.length > 0 ? confidences : [0]);
  return [
    ['median confidence', formatConfidence(median), `lowest ${formatConfidence(min)}`],
    [
      'images at 99.99 % or more',
      `${formatNumber(above9999)} of ${formatNumber(wanted.length)}`,
      `${formatNumber(above99)} at 99 % or more`,
    ],
  ];
}

/** How soon the objectives got so far. */
export function milestonesSection({ run, rows }: AscentReportInput): Section | undefined {
  const watched = rows.filter((_, index) => isWatched(run.settings, index));
  if (watched.length === 0) return undefined;
  const named = { name: 'class named', iterations: watched.map((row) => row.firstNamed) };
  const reached = milestones.map((_, place) => {
    const iterations = watched.map((row) => row.reached[place] ?? null);
    return { name: milestoneNames[place] ?? '', iterations };
  });
  const lines = [named, ...reached].map(({ name, iterations }) => {
    const known = iterations.filter((iteration) => iteration !== null);
    const { median, min, best } = summarise(known.length > 0 ? known : [0]);
    const numbers = [median, min, best].map((value) => (known.length > 0 ? formatNumber(value) : '–'));
    return { cells: [name, `${formatNumber(known.length)} of ${formatNumber(watched.length)}`, ...numbers] };
  });
  const columns = ['confidence', 'reached by', 'median iteration', 'first', 'last'].map((heading, index) => {
    return { heading, numeric: index > 0 };
  });
  return new Section(
    'Milestones',
    html`<p class="quiet">First iterations at which they were reached, of the objectives that did.</p>
      ${columnTable(columns, lines)}`,
  );
}

/** What ended before its time, and why. */
export function faultsSection({ run, rows }: AscentReportInput): Section | undefined {
  const faults = rows.flatMap((row, index): NamedRow[] =>
    row.fault === undefined ? [] : [[rowName(row, index, run.settings), row.fault]],
  );
  if (faults.length === 0) return undefined;
  return new Section('Objectives that ended early', html`${namedTable(faults)}`);
}

/** A change of every value by no more than this is seldom seen (Goodfellow et al. 2015, Madry et al. 2018: 8 of 255). */
const unseen = 8;

/**
 * How far the pictures have gone from the one that they started from: near it they are adversarial examples, which
 * people take for the start; far from it they fool as the paper's images do.
 */
export function distancesSection({ rows }: AscentReportInput): Section | undefined {
  const moved = rows.flatMap(({ distance, ...row }) => (distance ? [{ ...row, distance }] : []));
  if (moved.length === 0) return undefined;
  const kinds = [
    { name: 'seldom seen: adversarial', of: moved.filter(({ distance }) => distance.linf <= unseen) },
    { name: 'seen: another image', of: moved.filter(({ distance }) => distance.linf > unseen) },
  ];
  const lines = kinds
    .filter(({ of }) => of.length > 0)
    .map(({ name, of }) => ({ cells: [name, ...kindCells(of)] }));
  const columns = ['change', 'images', 'median confidence', 'as wanted', 'median l2', 'median l∞'].map(
    (heading, index) => {
      return { heading, numeric: index > 0 };
    },
  );
  return new Section(
    'Distance from the picture at the start',
    html`<p class="quiet">
        In bytes: l2 is the Euclidean distance, l∞ the change of the value that changed most. A change of at
        most ${unseen} everywhere is seldom seen, and such an image is an adversarial example: people take it
        for the start, the network for something else. Beyond that the two kinds of fooling part.
      </p>
      ${columnTable(columns, lines)}`,
  );
}

function kindCells(of: readonly (AscentRow & Required<Pick<AscentRow, 'distance'>>)[]): string[] {
  const median = (numbers: readonly number[]) => summarise(numbers).median;
  return [
    formatNumber(of.length),
    formatConfidence(median(of.map(({ confidence, attack }) => attack?.after.confidence ?? confidence))),
    formatNumber(of.filter(({ firstNamed, attack }) => attack?.success ?? firstNamed !== null).length),
    formatNumber(median(of.map(({ distance }) => distance.l2))),
    formatNumber(median(of.map(({ distance }) => distance.linf))),
  ];
}

const mostNames = 20;

/** What the user asked for, and of which model. */
export function ascentSettingsSection({ run }: AscentReportInput): Section {
  const { settings } = run;
  const [first] = settings.trials;
  const names = settings.objectives.slice(0, mostNames).map(({ name }) => name);
  const more = settings.objectives.length - names.length;
  const measures = new Set(settings.objectives.flatMap(({ terms }) => terms.map(({ of }) => of)));
  const climb: NamedRow[] =
    settings.trials.length === 1 && first
      ? Object.entries(climbValues(first.climb)).flatMap(([name, value]): NamedRow[] =>
          value === undefined ? [] : [[name, valueText(value)]],
        )
      : [['trials', formatNumber(settings.trials.length)]];
  return new Section(
    'Settings',
    html`${namedTable([
      ...modelRows(run),
      ['objectives', `${names.join('; ')}${more > 0 ? `; and ${formatNumber(more)} more` : ''}`],
      ['climbed', [...measures].join(', ')],
      ['steps', formatNumber(settings.steps)],
      ['until', settings.until === undefined ? 'all steps are done' : formatConfidence(settings.until)],
      ['start', describeStart(settings)],
      ['what is changed', describeParametrisation(settings)],
      ['bounds', describeBall(settings)],
      ['view', describeTransformation(settings)],
      ...climb,
      ['seed', settings.seed],
      ['side by side', formatCount(settings.batch, 'image')],
      ['dense weights', settings.denseWeights ?? 'f32'],
      ['version', run.version],
    ])}`,
  );
}

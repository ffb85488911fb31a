/** The sections of a report that hold numbers, curves and tables. */
import type { ProgressRecord, RunPhaseTimes } from '../runs/evolution/records.ts';
import { summarise } from '../util/confidence-statistics.ts';
import type { RandomViews } from '../model/crops.ts';
import { formatConfidence, formatDuration, formatNumber, formatQdScore } from './format.ts';
import { html, type Markup } from './markup.ts';
import { axisOfNines } from './plot-frame.ts';
import {
  mostClassCurves,
  plotClasses,
  plotProgress,
  plotQdScore,
  plotStages,
  plotSureCells,
  plotWins,
  stageNames,
} from './plots.ts';
import type { ReportInput } from './report-input.ts';
import { joinedNames } from './report-ties.ts';
import { Section } from './section.ts';
import { largeFigures, modelRows, namedTable, plotFigures, type Figure } from './tables.ts';

/** What the run came to, in large figures. An unfinished run is counted from its records. */
export function numbersSection({ cells, progress, summary }: ReportInput): Markup {
  const last = progress.at(-1);
  const confidences = cells.map(({ confidence }) => confidence);
  const { median, min, qdScore, above99, above9999 } = summarise(cells.length > 0 ? confidences : [0]);
  const lowest = cells.filter(({ confidence }) => confidence === min).map(({ label }) => label);
  const evaluations = summary?.evaluations ?? last?.evaluations ?? 0;
  const seconds = summary?.seconds ?? last?.seconds ?? 0;
  const rate = summary?.evaluationsPerSecond ?? (seconds > 0 ? evaluations / seconds : 0);
  return largeFigures([
    [
      'median confidence',
      formatConfidence(median),
      `lowest ${formatConfidence(min)}${lowest.length > 0 ? `: ${joinedNames(lowest)}` : ''}`,
    ],
    [
      'classes at 99 % or more',
      `${formatNumber(above99)} of ${formatNumber(cells.length)}`,
      `${formatNumber(above9999)} at 99.99 % or more`,
    ],
    [
      'QD-score',
      formatQdScore(qdScore, cells.length),
      `the sum of all confidences; at most ${formatNumber(cells.length)}`,
    ],
    ['evaluations per second', formatNumber(rate), ''],
    ['time', formatDuration(seconds), `${formatNumber(evaluations)} evaluations`],
  ]);
}

/** Confidence over the generations. */
export function plotsSection({ run, progress, cells }: ReportInput): Section | undefined {
  if (progress.length === 0) return undefined;
  const every =
    cells.length > mostClassCurves ? 'the bands hold all, 80 % and 50 % of the classes' : 'a curve each';
  const sure = plotSureCells(progress);
  const wins = plotWins(progress, run.settings.population);
  const counts: Figure[] = [[plotQdScore(progress), 'QD-score: the sum of the confidences of all classes.']];
  if (sure) counts.push([sure, 'Cells whose confidence is at least 90 %, 99 % and 99.99 %.']);
  if (wins)
    counts.push([
      wins,
      'Cells won per child, and those won by children of another class’s elite (goal switches); means of stretches. None stands at the foot.',
    ]);
  const figures = plotFigures([
    [plotProgress(progress, 'linear'), 'Median, mean and lowest confidence of all classes.'],
    ...(progress.some(hasNine)
      ? [[plotProgress(progress, 'nines'), `The same ${axisOfNines}.`] as const]
      : []),
    [plotClasses(progress, cells, 'linear'), `Confidence of every class: ${every}.`],
    ...(cells.some(({ confidence }) => confidence >= 0.9)
      ? [[plotClasses(progress, cells, 'nines'), `Confidence of every class ${axisOfNines}.`] as const]
      : []),
    ...counts,
  ]);
  return new Section('Confidence over the generations', figures);
}

const hasNine = ({ median, mean }: ProgressRecord): boolean => Math.max(median, mean) >= 0.9;

function wordsOfViews({ views, shift, noise }: RandomViews): string {
  const changes = [
    ...(shift > 0 ? [`moved by up to ${String(shift)} pixels`] : []),
    ...(noise > 0 ? [`with noise of ${String(noise)} grey levels`] : []),
  ];
  return [String(views), ...changes].join(', ');
}

/** What the user asked for, and of which model. */
export function settingsSection({ run }: ReportInput): Section {
  const { settings, model } = run;
  const classes = settings.classes ? settings.classes.join(', ') : `all ${formatNumber(model.labels.length)}`;
  return new Section(
    'Settings',
    namedTable([
      ...modelRows(run),
      ['encoding', settings.encoding],
      ['coordinates', settings.encoding === 'cppn' ? settings.coordinates : 'not used'],
      ['generations', formatNumber(settings.generations)],
      ['population', formatNumber(settings.population)],
      ['seed', settings.seed],
      settings.randomViews ? ['views', wordsOfViews(settings.randomViews)] : ['crops', settings.crops],
      ['dense weights', settings.denseWeights ?? 'f32'],
      ['classes', classes],
      ['version', run.version],
    ]),
  );
}

/** Where the time went. */
export function stagesSection({ summary }: ReportInput): Section | undefined {
  if (!summary) return undefined;
  const stages = stageOrder.map((stage) => ({
    name: stageNames[stage],
    milliseconds: summary.milliseconds[stage],
  }));
  const total = stages.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  if (total === 0) return undefined;
  const rows = stages.map(({ name, milliseconds }) => {
    const share = `${((100 * milliseconds) / total).toFixed(1)} %`;
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="number">${formatDuration(milliseconds / 1000)}</td>
      <td class="number">${share}</td>
    </tr>`;
  });
  return new Section(
    'Time by stage',
    html`<figure class="wide">
        ${plotStages(stages)}
        <figcaption>
          Stages of the device overlap those of the host, so they need not add up to the time of the run
          (${formatDuration(summary.seconds + summary.milliseconds.setUp / 1000)}).
        </figcaption>
      </figure>
      <div class="table">
        <table>
          ${rows}
        </table>
      </div>`,
  );
}

const stageOrder = [
  'setUp',
  'render',
  'network',
  'readBack',
  'evolution',
  'saving',
] as const satisfies (keyof RunPhaseTimes)[];

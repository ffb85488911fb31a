/** The sections of a report that hold numbers, curves and tables. */
import type { StageTimes } from '../evolution/run-record.ts';
import type { RandomViews } from '../models/views.ts';
import { formatConfidence, formatDuration, formatNumber } from './format.ts';
import { html, type Markup } from './markup.ts';
import {
  mostClassCurves,
  plotClasses,
  plotProgress,
  plotStages,
  plotSureCells,
  plotWins,
  stageNames,
} from './plots.ts';
import type { ReportInput } from './report-input.ts';
import { largeFigures, modelRows, namedTable, plotFigures, type Figure } from './tables.ts';

/** What the run came to, in large figures. An unfinished run is counted from its records. */
export function numbersSection({ cells, progress, summary }: ReportInput): Markup {
  const last = progress.at(-1);
  const sorted = cells.map(({ confidence }) => confidence).sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  const sure = sorted.filter((confidence) => confidence >= 0.99).length;
  const evaluations = summary?.evaluations ?? last?.evaluations ?? 0;
  const seconds = summary?.seconds ?? last?.seconds ?? 0;
  const rate = summary?.evaluationsPerSecond ?? (seconds > 0 ? evaluations / seconds : 0);
  return largeFigures([
    [
      'median confidence',
      formatConfidence((lower + upper) / 2),
      `lowest ${formatConfidence(sorted[0] ?? 0)}`,
    ],
    [
      'classes at 99 % or more',
      `${formatNumber(sure)} of ${formatNumber(cells.length)}`,
      `QD-score ${formatNumber(cells.reduce((sum, { confidence }) => sum + confidence, 0))}`,
    ],
    ['evaluations per second', formatNumber(rate), ''],
    ['time', formatDuration(seconds), `${formatNumber(evaluations)} evaluations`],
  ]);
}

/** Confidence over the generations. */
export function plotsSection({ run, progress, cells }: ReportInput): Markup | undefined {
  if (progress.length === 0) return undefined;
  const every =
    cells.length > mostClassCurves ? 'the bands hold all, 80 % and 50 % of the classes' : 'a curve each';
  const nines = 'on an axis of nines (dashed: 99.9 %)';
  const sure = plotSureCells(progress);
  const wins = plotWins(progress, run.settings.population);
  const counts: Figure[] = [];
  if (sure) counts.push([sure, 'Cells whose confidence is at least 90 %, 99 % and 99.99 %.']);
  if (wins)
    counts.push([
      wins,
      'Cells won per child, and those won by children of another class’s elite (goal switches); means of stretches.',
    ]);
  const figures = plotFigures([
    [plotProgress(progress, 'linear'), 'Median, mean and lowest confidence of all classes.'],
    [plotProgress(progress, 'nines'), `The same ${nines}.`],
    [plotClasses(progress, cells, 'linear'), `Confidence of every class: ${every}.`],
    [plotClasses(progress, cells, 'nines'), `The same ${nines}.`],
    ...counts,
  ]);
  return html`<section>
    <h2>Confidence over the generations</h2>
    ${figures}
  </section>`;
}

function wordsOfViews({ views, shift, noise }: RandomViews): string {
  const changes = [
    ...(shift > 0 ? [`moved by up to ${String(shift)} pixels`] : []),
    ...(noise > 0 ? [`with noise of ${String(noise)} grey levels`] : []),
  ];
  return [String(views), ...changes].join(', ');
}

/** What the user asked for, and of which model. */
export function settingsSection({ run }: ReportInput): Markup {
  const { settings, model } = run;
  const classes = settings.classes ? settings.classes.join(', ') : `all ${formatNumber(model.labels.length)}`;
  return html`<section>
    <h2>Settings</h2>
    ${namedTable([
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
    ])}
  </section>`;
}

/** Where the time went. */
export function stagesSection({ summary }: ReportInput): Markup | undefined {
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
  return html`<section>
    <h2>Time by stage</h2>
    <figure class="wide">
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
    </div>
  </section>`;
}

const stageOrder = [
  'setUp',
  'render',
  'network',
  'readBack',
  'evolution',
  'saving',
] as const satisfies (keyof StageTimes)[];

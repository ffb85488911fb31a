/** Trials beside each other: a table, their pictures, and what each setting of the climb did to the outcome. */
import { isBetter } from '../runs/ascent/trial-summary.ts';
import { isWatched } from '../ascent/settings.ts';
import type { AscentRow, AscentSummary, TrialRecord } from '../runs/ascent/schema.ts';
import { mostCompared, mostTrialsShown, type AscentReportInput } from './ascent-input.ts';
import { plotSettings } from './ascent-scatter.ts';
import {
  climbValues,
  differingNames,
  formatValue,
  rowDescription,
  rowName,
  valueChange,
  valueText,
} from './ascent-words.ts';
import { formatConfidence, formatNumber } from './format.ts';
import { html, type Markup } from './markup.ts';
import { smallPicture } from './picture.ts';
import { columnTable, plotFigures } from './tables.ts';
import { Section } from './section.ts';

/** With fewer trials than this a scatter plot shows nothing. */
const fewestScattered = 8;

export function trialsSection(input: AscentReportInput): Section | undefined {
  const { trials, summary } = input;
  if (trials.length === 0) return undefined;
  const ranked = rankTrials(trials, summary);
  const figures = trials.length >= fewestScattered ? plotSettings(trials, ranked[0]) : [];
  return new Section(
    'The trials side by side',
    html`<p class="quiet">
        What came of them, and the settings of the climb in which they differ. The best is marked, and so are
        those that came to the same.
      </p>
      ${trialTable(trials, ranked[0])} ${matrix(input, ranked)}
      ${
        figures.length > 0
          ? html`<h3>What each setting did</h3>
              ${plotFigures(figures)}`
          : undefined
      }`,
  );
}

/** The trials whose pictures a page shows, in their order: all, or the best of many. */
export function shownTrials(
  trials: readonly TrialRecord[],
  summary: AscentSummary | undefined,
): readonly TrialRecord[] {
  const shown = new Set(rankTrials(trials, summary).slice(0, mostTrialsShown));
  return trials.filter((trial) => shown.has(trial));
}

/** The best first: the one that the summary names, then by median value or confidence, by how many got far, and how soon. */
function rankTrials(trials: readonly TrialRecord[], summary: AscentSummary | undefined): TrialRecord[] {
  const soon = ({ medianIterations }: TrialRecord) => medianIterations ?? Number.MAX_VALUE;
  const named = ({ name }: TrialRecord) => Number(name === summary?.bestTrial);
  return [...trials].sort(
    (a, b) =>
      named(b) - named(a) ||
      (b.medianValue ?? 0) - (a.medianValue ?? 0) ||
      b.medianConfidence - a.medianConfidence ||
      b.reached9999 - a.reached9999 ||
      soon(a) - soon(b),
  );
}

function trialTable(trials: readonly TrialRecord[], best: TrialRecord | undefined): Markup {
  const differing = differingNames(trials);
  const outcomes = trials.some(({ medianValue }) => medianValue !== undefined)
    ? ['median value']
    : ['median confidence', 'reached 99.99 %', 'median iterations'];
  const columns = [
    { heading: 'trial' },
    ...[...outcomes, ...differing].map((heading) => ({
      heading,
      numeric: true,
    })),
  ];
  const lines = trials.map((trial) => {
    const { name, climb } = trial;
    const values = climbValues(climb);
    const cells = [
      `${name}${markOf(trial, best, trials)}`,
      ...outcomeCells(trial),
      ...differing.map((setting) => valueText(values[setting])),
    ];
    return { cells, mark: trial === best };
  });
  return columnTable(columns, lines);
}

function outcomeCells(trial: TrialRecord): string[] {
  const { medianConfidence, medianValue, reached9999, medianIterations, rows } = trial;
  if (medianValue !== undefined) return [formatValue(medianValue)];
  return [
    formatConfidence(medianConfidence),
    `${formatNumber(reached9999)} of ${formatNumber(rows.length)}`,
    medianIterations === null ? '–' : formatNumber(medianIterations),
  ];
}

const outcomeText = (row: AscentRow, watched: boolean): string =>
  watched ? formatConfidence(row.confidence) : valueChange(row);

const isTied = (one: TrialRecord, other: TrialRecord): boolean =>
  one !== other && !isBetter(one, other) && !isBetter(other, one);

function markOf(trial: TrialRecord, best: TrialRecord | undefined, trials: readonly TrialRecord[]): string {
  if (!best) return '';
  if (trial !== best) return isTied(trial, best) ? ' (tied with the best)' : '';
  return trials.some((other) => isTied(other, best)) ? ' (best, tied)' : ' (best)';
}

function matrix(
  { run, trials, summary, compared }: AscentReportInput,
  [best]: readonly TrialRecord[],
): Markup {
  const shown = shownTrials(trials, summary);
  const objectives = run.settings.objectives.slice(0, mostCompared);
  const head = shown.map(
    (trial) => html`<th scope="col" class="${trial === best ? 'marked' : 'plain'}">${trial.name}</th>`,
  );
  const lines = objectives.flatMap((_, index) => {
    const first = shown.map(({ rows }) => rows[index]).find((row) => row !== undefined);
    if (!first) return [];
    const cells = shown.map(({ rows }) => {
      const row = rows[index];
      return html`<td>
        ${row && smallPicture(compared.get(row.picture), rowDescription(row, isWatched(run.settings, index)))}${row && outcomeText(row, isWatched(run.settings, index))}
      </td>`;
    });
    return [
      html`<tr>
        <th scope="row">${rowName(first, index, run.settings)}</th>
        ${cells}
      </tr>`,
    ];
  });
  const left = trials.length > shown.length ? `the ${formatNumber(shown.length)} best trials` : 'all trials';
  const few =
    run.settings.objectives.length > mostCompared ? `the first ${formatNumber(mostCompared)}` : 'all';
  return html`<h3>Their images</h3>
    <p class="quiet">Of ${few} objectives, in ${left}.</p>
    <div class="table">
      <table class="matrix">
        <thead>
          <tr>
            <th></th>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${lines}
        </tbody>
      </table>
    </div>`;
}

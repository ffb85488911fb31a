/** The sections of an ascent's page that show pictures: the best of each objective, and how they came to be. */
import { isWatched } from '../ascent/settings.ts';
import { isAttack } from '../runs/ascent/attacks.ts';
import type { AscentHistory, AscentRow } from '../runs/ascent/schema.ts';
import { logOddsOf } from '../model/log-odds.ts';
import type { AscentReportInput, Frame } from './ascent-input.ts';
import {
  distanceText,
  formatValue,
  milestoneNames,
  rowDescription,
  rowName,
  valueChange,
} from './ascent-words.ts';
import { describeCppn } from './cppn-graph.ts';
import { formatConfidence, formatNumber, shortLabel } from './format.ts';
import { html, type Markup } from './markup.ts';
import { networksOf, type Networks } from './network-list.ts';
import { mostAtOnce, pictureList } from './picture-list.ts';
import { pictureOf, smallPicture } from './picture.ts';
import { Section } from './section.ts';

/** What is no adversarial example, with its place among all rows. */
const climbed = ({ rows }: AscentReportInput) =>
  rows.flatMap((row, index) => (row.attack ? [] : [{ row, index }]));

/** Of what climbed by the weights of CPPNs, in the order of the best pictures. */
export const ascentNetworks = (input: AscentReportInput): Networks | undefined =>
  networksOf(
    climbed(input).map(({ row, index }) => ({ ...row, label: rowName(row, index, input.run.settings) })),
    input.script !== undefined,
  );

/** The best picture of each objective, with the iterations at which its confidence came so far. */
export function bestSection(input: AscentReportInput, networks?: Networks): Section | undefined {
  const { rows, run } = input;
  const shown = climbed(input);
  if (shown.length === 0 && rows.length > 0) return undefined;
  const listed = shown.map(({ row, index }, place) => {
    const { class: number, label, objective, confidence, logOdds = logOddsOf(confidence), iteration } = row;
    return {
      content: best(row, index, input, unfolding(networks?.shown[place], shown.length)),
      id: `objective-${String(index)}`,
      class: number,
      name: `${label} ${objective}`,
      logOdds,
      moment: iteration,
    };
  });
  return new Section(
    'The best image of each objective',
    html`<p class="quiet">
        ${whatIsSaid(shown.map(({ index }) => isWatched(run.settings, index)))} Iteration 0 is the start,
        before any step.
      </p>
      ${pictureList(listed, 'iteration')}`,
  );
}

/** @param watched of each objective, whether a class is wanted */
function whatIsSaid(watched: readonly boolean[]): string {
  const ofClasses =
    'Its confidence, and the first iterations at which the network named the class and was so sure of it; a dash stands for never.';
  if (watched.every((one) => one)) return ofClasses;
  const ofUnits = 'The value of the objective, at the start and at the image.';
  return watched.some((one) => one) ? `${ofClasses} Of units: ${ofUnits}` : ofUnits;
}

function best(
  row: AscentRow,
  index: number,
  { run, pictures }: AscentReportInput,
  network: Markup | undefined,
): Markup {
  const name = rowName(row, index, run.settings);
  const watched = isWatched(run.settings, index);
  const said = `class ${String(row.class)}`;
  const note = !watched
    ? `named ${shortLabel(row.label)}`
    : row.objective === said
      ? undefined
      : row.objective;
  return html`${pictureOf(pictures.get(row.picture), rowDescription(row, watched))}
    <figcaption>
      <strong>${name}</strong> <b>${watched ? formatConfidence(row.confidence) : valueChange(row)}</b>
      ${note === undefined ? undefined : html`<span class="line">${note}</span>`}
      <dl class="reached">
        ${watched ? milestoneLines(row) : undefined}
        ${line('this image', `${formatNumber(row.iteration)} of ${formatNumber(row.iterations)}`)}
      </dl>
      ${row.distance && html`<span class="line">${distanceText(row.distance)} from the start</span>`}
      ${network ?? (row.genome && html`<span class="line">${describeCppn(row.genome)}</span>`)}
    </figcaption>`;
}

/** Of many, the list of networks makes what unfolds. */
function unfolding(network: Markup | undefined, count: number): Markup | undefined {
  if (!network || count > mostAtOnce) return network;
  return html`<details>
    <summary>network</summary>
    ${network}
  </details>`;
}

const milestoneLines = ({ firstNamed, reached }: AscentRow): Markup[] => [
  line('named', iterationText(firstNamed)),
  ...milestoneNames.map((milestone, place) => line(milestone, iterationText(reached[place] ?? null))),
];

function iterationText(iteration: number | null): string {
  return iteration === null ? '–' : formatNumber(iteration);
}

function line(name: string, value: string): Markup {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** The film strips, for the objectives that have one. */
export function stripsSection({ run, rows, history, frames }: AscentReportInput): Section | undefined {
  const strips = rows.flatMap((row, index) => {
    const strip = frames.get(index) ?? [];
    if (strip.length === 0) return [];
    const said = (iteration: number) => frameText(run, index, history[index], iteration);
    return [filmStrip(rowName(row, index, run.settings), strip, said)];
  });
  if (strips.length === 0) return undefined;
  return new Section(
    'From the start to the image',
    html`<p class="quiet">
        The image after so many iterations, and the confidence that the network then had, or the value of the
        unit. The last one is the image that was delivered.
      </p>
      ${strips}`,
  );
}

interface FrameText {
  /** Of the class that is named, where one is to be left. */
  readonly named?: string;
  /** Confidence, or value of the unit. */
  readonly outcome: string;
}

function frameText(
  { settings, model }: AscentReportInput['run'],
  index: number,
  history: AscentHistory | undefined,
  iteration: number,
): FrameText {
  const [confidence, value] = [history?.confidence[iteration], history?.value[iteration]];
  if (confidence === undefined || value === undefined) return { outcome: '' };
  if (isWatched(settings, index)) return { outcome: formatConfidence(confidence) };
  const objective = settings.objectives[index];
  if (!objective || !isAttack(objective, settings.start)) return { outcome: formatValue(value) };
  const label = model.labels[history?.named[iteration] ?? 0] ?? '';
  return { named: shortLabel(label), outcome: formatConfidence(confidence) };
}

function filmStrip(name: string, strip: readonly Frame[], said: (iteration: number) => FrameText): Markup {
  const figures = strip.map(({ iteration, png }) => {
    const { named, outcome } = said(iteration);
    return html`<figure>
      ${smallPicture(png, `${name} at iteration ${String(iteration)}`)}
      <figcaption>
        ${formatNumber(iteration)}${named === undefined ? '' : `: ${named}`} <b>${outcome}</b>
      </figcaption>
    </figure>`;
  });
  return html`<h3>${name}</h3>
    <div class="strip">${figures}</div>`;
}

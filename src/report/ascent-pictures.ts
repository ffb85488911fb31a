/** The sections of an ascent's page that show pictures: the best of each objective, and how they came to be. */
import type { AscentHistory, AscentRow } from '../ascent/records.ts';
import { logOddsOf } from '../evolution/log-odds.ts';
import type { AscentReportInput, Frame } from './ascent-input.ts';
import { milestoneNames, rowDescription, rowName } from './ascent-words.ts';
import { describeCppn, drawNetworks } from './cppn-graph.ts';
import { formatConfidence, formatNumber, shortLabel } from './format.ts';
import { html, type Markup } from './markup.ts';
import { pictureList } from './picture-list.ts';
import { pictureOf, smallPicture } from './picture.ts';
import { Section } from './section.ts';

/** The best picture of each objective, with the iterations at which its confidence came so far. */
export function bestSection(input: AscentReportInput): Section {
  const { rows } = input;
  const networks = drawNetworks(
    rows.map((row, index) => ({ ...row, label: rowName(row, index, input.run.settings) })),
  );
  const listed = rows.map((row, index) => {
    const { class: number, label, objective, confidence, logOdds = logOddsOf(confidence), iteration } = row;
    return {
      content: best(row, index, input, networks?.[index]),
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
        Its confidence, and the first iterations at which the network named the class and was so sure of it.
        Iteration 0 is the start, before any step; a dash stands for never.
      </p>
      ${pictureList(listed, 'iteration')}`,
  );
}

function best(
  row: AscentRow,
  index: number,
  { run, pictures }: AscentReportInput,
  network: Markup | undefined,
): Markup {
  const name = rowName(row, index, run.settings);
  const unwatched = run.settings.objectives[index]?.watched === null;
  const said = `class ${String(row.class)}`;
  const note = unwatched
    ? `named ${shortLabel(row.label)}`
    : row.objective === said
      ? undefined
      : row.objective;
  return html`${pictureOf(pictures.get(row.picture), rowDescription(row))}
    <figcaption>
      <strong>${name}</strong> <b>${formatConfidence(row.confidence)}</b>
      ${note === undefined ? undefined : html`<span class="line">${note}</span>`}
      <dl class="reached">
        ${unwatched ? undefined : line('named', iterationText(row.firstNamed))}
        ${milestoneNames.map((milestone, place) => line(milestone, iterationText(row.reached[place] ?? null)))}
        ${line('this image', `${formatNumber(row.iteration)} of ${formatNumber(row.iterations)}`)}
      </dl>
      ${row.distance && html`<span class="line">${distanceText(row.distance)}</span>`}
      ${
        network
          ? html`<details>
              <summary>network</summary>
              ${network}
            </details>`
          : row.genome && html`<span class="line">${describeCppn(row.genome)}</span>`
      }
    </figcaption>`;
}

function distanceText({ l2, linf }: Required<AscentRow>['distance']): string {
  return `l2 ${formatNumber(l2)}, l∞ ${formatNumber(linf)} bytes from the start`;
}

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
    return strip.length > 0 ? [filmStrip(rowName(row, index, run.settings), strip, history[index])] : [];
  });
  if (strips.length === 0) return undefined;
  return new Section(
    'From the start to the image',
    html`<p class="quiet">
        The image after so many iterations, and the confidence that the network then had.
      </p>
      ${strips}`,
  );
}

function filmStrip(name: string, strip: readonly Frame[], history: AscentHistory | undefined): Markup {
  const figures = strip.map(({ iteration, png }) => {
    const confidence = history?.confidence[iteration];
    const text = confidence === undefined ? '' : formatConfidence(confidence);
    return html`<figure>
      ${smallPicture(png, `${name} at iteration ${String(iteration)}`)}
      <figcaption>${formatNumber(iteration)} <b>${text}</b></figcaption>
    </figure>`;
  });
  return html`<h3>${name}</h3>
    <div class="strip">${figures}</div>`;
}

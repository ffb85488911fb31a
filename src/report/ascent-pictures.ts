/** The sections of an ascent's page that show pictures: the best of each objective, and how they came to be. */
import type { AscentHistory, AscentRow } from '../ascent/records.ts';
import type { AscentReportInput, Frame } from './ascent-input.ts';
import { milestoneNames, rowDescription, rowName } from './ascent-words.ts';
import { networkDrawing } from './cppn-graph.ts';
import { mostCurves } from './curves.ts';
import { formatConfidence, formatNumber, shortLabel } from './format.ts';
import { html, type Markup } from './markup.ts';
import { embeddedPicture } from './picture.ts';

/** The best picture of each objective, with the iterations at which its confidence came so far. */
export function bestSection(input: AscentReportInput): Markup {
  const { rows } = input;
  const kind = rows.length > mostCurves ? 'elites many' : rows.length <= 10 ? 'elites five' : 'elites';
  return html`<section>
    <h2>The best image of each objective</h2>
    <p class="quiet">
      Its confidence, and the first iterations at which the network named the class and was so sure of it.
      Iteration 0 is the start, before any step; a dash stands for never.
    </p>
    <div class="${kind}">${rows.map((row, index) => best(row, index, input))}</div>
  </section>`;
}

function best(row: AscentRow, index: number, { run, pictures }: AscentReportInput): Markup {
  const name = rowName(row, index, run.settings);
  const unwatched = run.settings.objectives[index]?.watched === null;
  const said = `class ${String(row.class)}`;
  const note = unwatched
    ? `named ${shortLabel(row.label)}`
    : row.objective === said
      ? undefined
      : row.objective;
  return html`<figure class="elite" id="objective-${index}">
    ${embeddedPicture(pictures.get(row.picture), rowDescription(row))}
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
        row.genome
          ? html`<details>
              <summary>network</summary>
              ${networkDrawing(name, row.genome)}
            </details>`
          : undefined
      }
    </figcaption>
  </figure>`;
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
export function stripsSection({ run, rows, history, frames }: AscentReportInput): Markup | undefined {
  const strips = rows.flatMap((row, index) => {
    const strip = frames.get(index) ?? [];
    return strip.length > 0 ? [filmStrip(rowName(row, index, run.settings), strip, history[index])] : [];
  });
  if (strips.length === 0) return undefined;
  return html`<section>
    <h2>From the start to the image</h2>
    <p class="quiet">The image after so many iterations, and the confidence that the network then had.</p>
    ${strips}
  </section>`;
}

function filmStrip(name: string, strip: readonly Frame[], history: AscentHistory | undefined): Markup {
  const figures = strip.map(({ iteration, png }) => {
    const confidence = history?.confidence[iteration];
    const text = confidence === undefined ? '' : formatConfidence(confidence);
    return html`<figure>
      ${embeddedPicture(png, `${name} at iteration ${String(iteration)}`)}
      <figcaption>${formatNumber(iteration)} <b>${text}</b></figcaption>
    </figure>`;
  });
  return html`<h3>${name}</h3>
    <div class="strip">${figures}</div>`;
}

/** Tables and large figures, the parts of every report. */
import type { RunRecord } from '../runs/evolution/records.ts';
import { html, type Markup, type MarkupValue } from './markup.ts';
import { Section } from './section.ts';

/** A figure and what it is; the note stands small below it. */
export type LargeFigure = readonly [name: string, value: string, note: string];

export function largeFigures(figures: readonly LargeFigure[]): Markup {
  const entries = figures.map(
    ([name, value, note]) =>
      html`<div>
        <dt>${name}</dt>
        <dd>${value}<small>${note}</small></dd>
      </div>`,
  );
  return html`<dl class="numbers">${entries}</dl>`;
}

export type NamedRow = readonly [name: string, value: MarkupValue];

/** A name and a value a row. */
export function namedTable(rows: readonly NamedRow[]): Markup {
  const entries = rows.map(
    ([name, value]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${value}</td>
      </tr>`,
  );
  return html`<div class="table">
    <table>
      ${entries}
    </table>
  </div>`;
}

/** Numbers stand to the right, so that their digits line up. */
export interface Column {
  readonly heading: string;
  readonly numeric?: boolean;
}

/** A table with headings; the first column names the row. */
export function columnTable(
  columns: readonly Column[],
  rows: readonly { readonly cells: readonly MarkupValue[]; readonly mark?: boolean }[],
): Markup {
  const kind = (index: number) => (columns[index]?.numeric ? 'number' : 'text');
  const head = columns.map(
    ({ heading }, index) => html`<th scope="col" class="${kind(index)}">${heading}</th>`,
  );
  const body = rows.map(
    ({ cells, mark }) =>
      html`<tr class="${mark ? 'marked' : 'plain'}">
        ${cells.map((cell, index) =>
          index === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${kind(index)}">${cell}</td>`,
        )}
      </tr>`,
  );
  return html`<div class="table">
    <table class="columns">
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

/** A drawing and what is to be seen in it. */
export type Figure = readonly [drawing: Markup, caption: string];

export function plotFigures(figures: readonly Figure[]): Markup {
  const entries = figures.map(
    ([drawing, caption]) =>
      html`<figure>
        ${drawing}
        <figcaption>${caption}</figcaption>
      </figure>`,
  );
  return html`<div class="plots">${entries}</div>`;
}

/** The model, as every table of settings begins. */
export function modelRows({ model }: Pick<RunRecord, 'model'>): NamedRow[] {
  const [channels, height, width] = model.image;
  return [
    ['model', `${model.name} (${model.architecture})`],
    ['weights', html`SHA-256 <code>${model.sha256}</code>`],
    ['image', `${String(channels)} × ${String(height)} × ${String(width)} (channels × height × width)`],
  ];
}

/** The device that computed it, and the kernels chosen for it. */
export function machineSection({ adapter, variants }: Pick<RunRecord, 'adapter' | 'variants'>): Section {
  const chosen = Object.entries(variants).map(([layer, variant]): NamedRow => [
    layer,
    html`<code>${variant}</code>`,
  ]);
  return new Section(
    'Adapter and kernels',
    html`${namedTable([
      ['adapter', `${adapter.name} (${adapter.kind})`],
      ['description', adapter.description],
      ['chosen because', adapter.reason],
    ])}${
      chosen.length > 0
        ? html`<h3>Kernel variants</h3>
            ${namedTable(chosen)}`
        : undefined
    }`,
  );
}

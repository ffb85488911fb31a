/** An experiment as a page: the table beside the paper's, figures, what differs. */
import { formatTime } from '../report/format.ts';
import { html, type Markup } from '../report/markup.ts';
import { renderPage } from '../report/page.ts';
import { contents, Section } from '../report/section.ts';
import { columnTable, namedTable } from '../report/tables.ts';
import type { ConclusionRow } from './experiment.ts';
import { figurePath, type ConclusionRecord, type ExperimentRecord } from './experiment-record.ts';
import { settingText, type Settings } from './experiment-settings.ts';

/** @returns HTML that shows the figures' files out of the same folder */
export function renderExperiment(
  record: ExperimentRecord,
  settings: Settings,
  { title, section, about, rows, cost, remarks, differences, figures }: ConclusionRecord,
): string {
  const header = html`<p class="quiet">
    ${about}. On ${record.adapter?.description ?? 'no device'}; started
    <time>${formatTime(record.started)}</time>.
  </p>`;
  const drawn = figures.map(
    ({ file, caption }) =>
      html`<figure>
        <div class="${file.endsWith('.svg') ? 'drawing' : 'picture'}">
          <a href="${figurePath(file)}"
            ><img src="${figurePath(file)}" alt="${caption}" style="max-width: 100%"
          /></a>
        </div>
        <figcaption>${caption}</figcaption>
      </figure>`,
  );
  const chosen = Object.entries(record.settings).map(([name, value]) => {
    const { paper, none } = settings[name] ?? {};
    return { cells: [name, settingText(value, none), paper === undefined ? '' : settingText(paper, none)] };
  });
  const sections = [
    new Section('Beside the paper', html`${rowsTable(rows)}`),
    drawn.length > 0 ? new Section('Figures', html`${drawn}`) : undefined,
    remarks.length > 0
      ? new Section(
          'Remarks',
          html`<ul>
            ${remarks.map((text) => html`<li>${text}</li>`)}
          </ul>`,
        )
      : undefined,
    new Section(
      'Settings',
      html`<p>
          ${differences.length === 0 ? 'All are the paper’s.' : `Other than the paper’s: ${differences.join('; ')}.`}
        </p>
        ${columnTable([{ heading: 'setting' }, { heading: 'here' }, { heading: 'paper' }], chosen)}`,
    ),
    new Section(
      'Cost and machine',
      html`${rowsTable(cost)}
      ${namedTable([
        ['adapter', record.adapter?.name ?? ''],
        ['version', record.version],
      ])}`,
    ),
  ];
  const command = `fool experiment ${record.name}`;
  const name = { run: title, command, about: `${section}, scale: ${record.scale}` };
  return renderPage(name, header, [contents(sections), ...sections]);
}

const headings = ['', 'paper', 'this run', 'why they differ'];

function rowsTable(rows: readonly ConclusionRow[]): Markup | undefined {
  if (rows.length === 0) return undefined;
  const explained = rows.some(({ differs }) => differs !== undefined);
  const columns = headings.slice(0, explained ? 4 : 3).map((heading) => ({ heading }));
  const table = columnTable(
    columns,
    rows.map(({ what, paper, here, differs = '' }) => {
      return { cells: explained ? [what, paper, here, differs] : [what, paper, here] };
    }),
  );
  return html`<div class="sentences">${table}</div>`;
}

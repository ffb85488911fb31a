/** The section of a report about the ancestors of its elites. */
import { byId, lineTo, stepsOf, type Ancestor, type Step } from '../evolution/lineage.ts';
import type { CellRecord } from '../runs/evolution/records.ts';
import { summarise } from '../util/confidence-statistics.ts';
import { quoted } from './evolve-command.ts';
import { formatNumber, shortLabel } from './format.ts';
import { drawTree, lineageLegend } from './lineage-graph.ts';
import { html, type Markup } from './markup.ts';
import type { ReportInput } from './report-input.ts';
import { joinedNames } from './report-ties.ts';
import { Section } from './section.ts';
import { namedTable, type NamedRow } from './tables.ts';

const title = 'Where the elites come from';

/** How long the lines are and where they meet, and the tree where it can be read; undefined where nothing is known of it. */
export function lineageSection(input: ReportInput): Section | undefined {
  const { run, cells, lineage } = input;
  const { ancestors, problem } = lineage ?? {};
  if (problem !== undefined)
    return new Section(title, html`<p class="warning" role="note">Nothing is shown: ${problem}.</p>`);
  if (!ancestors || cells.length === 0) return undefined;
  const tree = drawTree(ancestors, cells, undefined, run.model.labels);
  const drawing =
    tree &&
    html`${lineageLegend({ ofLine: false })}
      <div class="drawing">${tree}</div>`;
  return new Section(
    title,
    html`<p class="quiet">
        A line leads from an image of generation 0 through copies that each won a cell to an elite.
        ${tree ? 'Drawn are the elites, where lines part, and where they begin, each with its generation.' : ''}
      </p>
      ${namedTable(linesOf(cells, ancestors))} ${drawing} ${pages(input)}`,
  );
}

interface Line {
  readonly cell: CellRecord;
  readonly steps: readonly Step[];
}

function linesOf(cells: readonly CellRecord[], ancestors: readonly Ancestor[]): NamedRow[] {
  const known = byId(ancestors);
  const lines = cells.map((cell): Line => ({ cell, steps: stepsOf(lineTo(known, cell.id), cell.class) }));
  const roots = new Set(lines.map(({ steps }) => steps[0]?.ancestor.id));
  const lengths = lines.map(({ steps }) => steps.length - 1);
  const switches = lines.map(({ steps }) => steps.filter(({ switched }) => switched).length);
  return [
    ['ancestors that are kept', formatNumber(ancestors.length - new Set(cells.map(({ id }) => id)).size)],
    ['lines begin with', `${formatNumber(roots.size)} of the images of generation 0`],
    ['ancestors of an elite', spread(lengths, lines)],
    ['goal switches of a line', spread(switches, lines)],
  ];
}

/** `median 12; most 31: goldfish`. Equal ones are all named, or counted. */
function spread(counts: readonly number[], lines: readonly Line[]): string {
  const { median, best } = summarise(counts);
  const most = lines.filter((_, index) => counts[index] === best).map(({ cell }) => cell.label);
  return `median ${formatNumber(median)}; most ${formatNumber(best)}: ${joinedNames(most)}`;
}

/** The pages that there are, and how others are made. */
function pages({ cells, name, lineagePages = [] }: ReportInput): Markup {
  const links = cells
    .filter((cell) => lineagePages.includes(cell.class))
    .map(
      ({ class: number, label }) => html`<li><a href="lineage-${number}.html">${shortLabel(label)}</a></li>`,
    );
  const command = html`<code>fool report ${quoted(name)} --lineage ${cells[0]?.class ?? 0}</code>`;
  return html`<p class="quiet">
      ${command} draws the ancestors of that class’s elite, and judges them again.
    </p>
    ${
      links.length > 0
        ? html`<p>Drawn so far:</p>
            <ul>
              ${links}
            </ul>`
        : undefined
    }`;
}

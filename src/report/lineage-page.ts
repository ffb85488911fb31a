/** Makes the page of one elite's ancestry. */
import type { Ancestor, Step } from '../evolution/lineage.ts';
import type { CellRecord, RunRecord } from '../runs/evolution/records.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from './format.ts';
import { drawLine, drawTree, largestTree, lineageLegend } from './lineage-graph.ts';
import { html, type Markup } from './markup.ts';
import { renderPage } from './page.ts';
import { smallPicture } from './picture.ts';
import { largeFigures } from './tables.ts';
import { contents, Section } from './section.ts';

/** An ancestor drawn and judged again. */
export interface LineagePicture {
  readonly png: Uint8Array;
  /** Class that the network names, and its confidence in that. */
  readonly named: number;
  readonly confidence: number;
}

/** What a page about an elite's ancestry shows. */
export interface LineageInput {
  /** How the page calls the run: its folder's name. */
  readonly name: string;
  readonly run: RunRecord;
  readonly cells: readonly CellRecord[];
  /** Of all living elites. */
  readonly ancestors: readonly Ancestor[];
  /** Whose elite it is about. */
  readonly cell: CellRecord;
  /** Of the line to it, the oldest first. */
  readonly steps: readonly Step[];
  /** Places in the line of those that are shown, ascending. */
  readonly shown: readonly number[];
  /** Of those; or why there are none, in a sentence. */
  readonly pictures: readonly LineagePicture[] | string;
}

/** A page about the ancestry of an elite, as HTML of one file. */
export function renderLineage(input: LineageInput): string {
  const { run, cell, steps } = input;
  const name = shortLabel(cell.label);
  const first = steps[0]?.ancestor.generation ?? cell.generation;
  const header = html`<p class="quiet">
    ${run.model.name}, ${run.settings.encoding === 'cppn' ? 'CPPN' : 'direct'} encoding, seed
    ${run.settings.seed}; from generation ${formatNumber(first)} to ${formatNumber(cell.generation)}.
  </p>`;
  const page = { run: input.name, command: 'fool report --lineage', about: `ancestry of ${name}` };
  const sections = [picturesSection(input), lineSection(input, name), treeSection(input)];
  return renderPage(page, header, [figuresSection(input), contents(sections), ...sections]);
}

function figuresSection({ cell, steps }: LineageInput): Markup {
  const switches = steps.filter(({ switched }) => switched).length;
  const classes = new Set(steps.map((step) => step.class)).size;
  const ofReplacements =
    cell.replacements === undefined ? '' : `of ${formatCount(cell.replacements, 'replacement')}`;
  return largeFigures([
    [
      'confidence',
      formatConfidence(cell.confidence),
      `elite since generation ${formatNumber(cell.generation)}`,
    ],
    ['ancestors', formatNumber(steps.length - 1), formatCount(classes, 'class', 'classes')],
    ['goal switches of the line', formatNumber(switches), ''],
    ['goal switches of the cell', formatNumber(cell.goalSwitches), ofReplacements],
  ]);
}

function picturesSection({ run, steps, shown, pictures }: LineageInput): Section {
  const title = 'The ancestors’ pictures';
  if (typeof pictures === 'string')
    return new Section(title, html`<p class="warning" role="note">${pictures}</p>`);
  const labels = run.model.labels;
  const figures = shown.map((place, index) => {
    const [step, picture] = [steps[place], pictures[index]];
    if (!step || !picture) return undefined;
    const named = shortLabel(labels[picture.named] ?? '');
    const description = `Ancestor of generation ${String(step.ancestor.generation)}, which the model calls ${named}`;
    return html`<figure class="${step.switched ? 'switched' : 'ancestor'}">
      ${smallPicture(picture.png, description)}
      <figcaption>
        ${formatNumber(step.ancestor.generation)}: ${shortLabel(labels[step.class] ?? '')}
        <b>${named} ${formatConfidence(picture.confidence)}</b>
      </figcaption>
    </figure>`;
  });
  return new Section(
    title,
    html`<p class="quiet">
        ${shownOf(steps, shown)} Genomes of ancestors are not kept: these were bred again from generation 0,
        drawn, and judged afresh; the last one equals the picture of the run, byte for byte. Below each its
        generation and the class that it won, then what the model calls it now. A frame in another colour
        marks a goal switch.
      </p>
      <div class="strip">${figures}</div>`,
  );
}

/** How many of how many, and how they were chosen. */
function shownOf(steps: readonly Step[], shown: readonly number[]): string {
  if (shown.length === steps.length) return `All ${formatCount(steps.length, 'image')} of the line.`;
  const switches = steps.filter(({ switched }) => switched).length;
  const drawn = shown.filter((place) => steps[place]?.switched).length;
  const which =
    drawn === switches
      ? 'all goal switches, the others evenly by generation'
      : `${formatNumber(drawn)} of ${formatNumber(switches)} goal switches, evenly`;
  return `${formatNumber(shown.length)} of ${formatCount(steps.length, 'image')} of the line: ${which}.`;
}

function lineSection({ run, steps, shown }: LineageInput, name: string): Section {
  return new Section(
    'The line of ancestors',
    html`<p class="quiet">
        Each with its generation and the class that it won, from whose cell the next of the line was drawn;
        point at one to read its confidence at birth. ${shownOf(steps, shown)}
        ${shown.length < steps.length ? 'A count on an edge is of those between.' : ''}
      </p>
      ${lineageLegend()}
      <div class="drawing">${drawLine(steps, shown, run.model.labels, `Line of ancestors of ${name}`)}</div>`,
  );
}

function treeSection({ run, cells, ancestors, cell }: LineageInput): Section {
  const drawing = drawTree(ancestors, cells, cell, run.model.labels);
  return new Section(
    'The ancestry that all elites share',
    html`<p class="quiet">
        ${formatCount(ancestors.length, 'image')} are elites or ancestors of elites. Drawn are the elites,
        where lines part, and where they begin; the thick line is this elite’s.
      </p>
      ${
        drawing
          ? html`<div class="drawing">${drawing}</div>`
          : html`<p class="quiet">
              More than ${formatNumber(largestTree)} would have to be drawn: too many to be read.
            </p>`
      }`,
  );
}

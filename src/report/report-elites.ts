/** The sections of a report that show a picture per class: the elites, and the networks that draw them. */
import { logOddsOf } from '../model/log-odds.ts';
import type { CellRecord } from '../runs/evolution/records.ts';
import { cppnLegend, describeCppn } from './cppn-graph.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from './format.ts';
import { html } from './markup.ts';
import type { Networks } from './network-list.ts';
import { mostAtOnce, pictureList } from './picture-list.ts';
import { pictureOf, smallPicture } from './picture.ts';
import { rankTexts, sharedTexts } from './report-ties.ts';
import type { ReportInput } from './report-input.ts';
import { Section } from './section.ts';

/** The picture of each class with its confidence; of many, each with its rank, and a network that folds out below. */
export function elitesSection({ cells, pictures }: ReportInput, networks?: Networks): Section {
  const many = cells.length > mostAtOnce;
  const [ranks, shared] = [rankTexts(cells), sharedTexts(cells)];
  const listed = cells.map((cell, index) => {
    const { class: number, label: name, confidence, logOdds = logOddsOf(confidence), generation } = cell;
    const content = html`${pictureOf(pictures.get(number), descriptionOf(cell))}
      <figcaption>
        <strong>${shortLabel(name)}</strong><b>${formatConfidence(confidence)}</b>
        ${many ? html`<span class="line">${ranks[index]}</span>` : undefined} generation
        ${formatNumber(generation)}, ${formatCount(cell.goalSwitches, 'goal switch', 'goal switches')}
        ${shared[index] === undefined ? undefined : html`<span class="line">${shared[index]}</span>`}
        ${many ? networks?.shown[index] : undefined}
      </figcaption>`;
    return { content, id: `class-${String(number)}`, class: number, name, logOdds, moment: generation };
  });
  return new Section(
    'The most convincing image of each class',
    html`<p class="quiet">
        The model's name for the image, its confidence, the generation in which the image arose, and how often
        the cell was won by a child of another class's elite (goal
        switches).${hasSmaller(pictures) ? ' Pictures are made smaller: each leads to the whole one.' : ''}
      </p>
      ${pictureList(listed, 'generation')}`,
  );
}

/**
 * The network of each elite beside its picture; of many, where to find it.
 * @param networks of which there are too many for the page where it is undefined
 */
export function cppnSection({ run, cells, pictures }: ReportInput, networks?: Networks): Section {
  const title = 'The networks that draw the images';
  if (run.settings.encoding === 'direct') {
    return new Section(
      title,
      html`<p>
        This run uses the direct encoding: a genome is the list of the pixels' values, so there is no network
        to show.
      </p>`,
    );
  }
  const about = html`<p>
      A compositional pattern-producing network (CPPN) computes each pixel from its place. The wider a
      connection, the larger its weight; point at a connection or node to read it. Nodes that lead to no
      output have no effect and are left out.
    </p>
    ${cppnLegend()}`;
  if (cells.length > mostAtOnce) {
    const where = networks
      ? html`<p>Open “network” below an image to see its own.</p>`
      : html`<p>
          They are too many for this page: <code>fool report --gallery</code> makes one that draws each when
          its picture is opened.
        </p>`;
    return new Section(title, html`${about}${where}`);
  }
  const articles = cells.map((cell, index) => {
    const picture = pictures.get(cell.class);
    const small = picture && 'png' in picture ? (picture.small ?? picture.png) : undefined;
    return html`<article class="network">
      <header>
        ${smallPicture(small, descriptionOf(cell))}
        <div>
          <h3>${shortLabel(cell.label)}</h3>
          <p class="quiet">${formatConfidence(cell.confidence)}${size(cell)}</p>
        </div>
      </header>
      ${networks?.shown[index]}
    </article>`;
  });
  return new Section(
    title,
    html`${about}
      <div class="networks">${articles}</div>`,
  );
}

const hasSmaller = (pictures: ReportInput['pictures']): boolean =>
  [...pictures.values()].some((picture) => 'sheet' in picture && picture.smaller);

function size({ genome }: CellRecord): string | undefined {
  return genome.encoding === 'cppn' ? `; ${describeCppn(genome)}` : undefined;
}

function descriptionOf({ label, confidence }: CellRecord): string {
  return `Image that the model calls ${label} with ${formatConfidence(confidence)} confidence`;
}

/** The sections of a report that show a picture per class: the elites, and the networks that draw them. */
import type { CellRecord } from '../evolution/run-record.ts';
import { cppnLegend, describeCppn, networkDrawing } from './cppn-graph.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from './format.ts';
import { html, type Markup } from './markup.ts';
import { embeddedPicture } from './picture.ts';
import { mostClassCurves } from './plots.ts';
import type { ReportInput } from './report-input.ts';

/** The picture of each class with its confidence; a network folds out below when there are too many to show all. */
export function elitesSection({ cells, pictures }: ReportInput): Markup {
  const many = hasMany(cells);
  const figures = cells.map(
    (cell) =>
      html`<figure class="elite" id="class-${cell.class}">
        ${picture(cell, pictures)}
        <figcaption>
          <strong>${shortLabel(cell.label)}</strong><b>${formatConfidence(cell.confidence)}</b>
          generation ${formatNumber(cell.generation)},
          ${formatCount(cell.goalSwitches, 'goal switch', 'goal switches')}
          ${
            many && cell.genome.encoding === 'cppn'
              ? html`<details>
                  <summary>network</summary>
                  ${network(cell)}
                </details>`
              : undefined
          }
        </figcaption>
      </figure>`,
  );
  const kind = many ? 'elites many' : cells.length <= 10 ? 'elites five' : 'elites';
  return html`<section>
    <h2>The most convincing image of each class</h2>
    <p class="quiet">
      The model's name for the image, its confidence, the generation in which the image arose, and how often
      the cell was won by a child of another class's elite (goal switches).
    </p>
    <div class="${kind}">${figures}</div>
  </section>`;
}

/** The network of each elite beside its picture. */
export function networksSection({ run, cells, pictures }: ReportInput): Markup {
  const heading = html`<h2>The networks that draw the images</h2>`;
  if (run.settings.encoding === 'direct') {
    return html`<section>
      ${heading}
      <p>
        This run uses the direct encoding: a genome is the list of the pixels' values, so there is no network
        to show.
      </p>
    </section>`;
  }
  const about = html`<p>
      A compositional pattern-producing network (CPPN) computes each pixel from its place. The wider a
      connection, the larger its weight; point at a connection or node to read it. Nodes that lead to no
      output have no effect and are left out.
    </p>
    ${cppnLegend()}`;
  if (hasMany(cells))
    return html`<section>
      ${heading}${about}
      <p>Open “network” below an image to see its own.</p>
    </section>`;
  const articles = cells.map(
    (cell) =>
      html`<article class="network">
        <header>
          ${picture(cell, pictures)}
          <div>
            <h3>${shortLabel(cell.label)}</h3>
            <p class="quiet">${formatConfidence(cell.confidence)}${size(cell)}</p>
          </div>
        </header>
        ${network(cell)}
      </article>`,
  );
  return html`<section>
    ${heading}${about}
    <div class="networks">${articles}</div>
  </section>`;
}

/** A page with more classes than this shows their networks on demand. */
function hasMany(cells: readonly CellRecord[]): boolean {
  return cells.length > mostClassCurves;
}

function network({ label, genome }: CellRecord): Markup | undefined {
  return genome.encoding === 'cppn' ? networkDrawing(label, genome) : undefined;
}

function size({ genome }: CellRecord): string | undefined {
  return genome.encoding === 'cppn' ? `; ${describeCppn(genome)}` : undefined;
}

function picture({ class: index, label, confidence }: CellRecord, pictures: ReportInput['pictures']): Markup {
  const description = `Image that the model calls ${label} with ${formatConfidence(confidence)} confidence`;
  return embeddedPicture(pictures.get(index), description);
}

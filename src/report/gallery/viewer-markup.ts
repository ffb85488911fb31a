/** A picture of a gallery at its full size, with all that is known of it. */
import { cppnLegend, describeCppn, networkDrawing } from '../cppn-graph.ts';
import { formatConfidence, formatCount, formatNumber, formatTime, shortLabel } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import { describeEntry, momentOf, pixelClass } from './card.ts';
import {
  pictureFile,
  type GalleryAncestor,
  type GalleryData,
  type GalleryDetail,
  type GalleryEntry,
  type GalleryRun,
} from './gallery-data.ts';
import { modelNames } from './gallery-page.ts';

export interface Viewed {
  readonly data: GalleryData;
  readonly entry: GalleryEntry;
  readonly run: GalleryRun;
  /** Folder of the gallery's files. */
  readonly part: string;
}

/** A picture with what the list knows of it; the rest comes into `#viewer-detail` and `#viewer-more`. */
export function viewerOf({ data, entry, run, part }: Viewed, before: boolean, after: boolean): Markup {
  const path = `${part}/${pictureFile(entry.run, entry.place)}`;
  const picture =
    entry.shown === 'missing'
      ? html`<div class="missing">no picture</div>`
      : html`<a href="${path}"
          ><img class="${pixelClass(data, entry)}" src="${path}" alt="${describeEntry(data, entry)}"
        /></a>`;
  const sides = run.image.slice(1).map(formatNumber).join(' × ');
  return html`<div>
    <div class="bar">
      <h2 id="viewer-title">${shortLabel(entry.label)}</h2>
      <button type="button" data-step="-1" aria-label="previous picture" ${disabledUnless(before)}>←</button>
      <button type="button" data-step="1" aria-label="next picture" ${disabledUnless(after)}>→</button>
      <button type="button" data-close aria-label="close">✕</button>
    </div>
    <div class="body">
      <figure>
        ${picture}
        <figcaption>${sides} pixels</figcaption>
      </figure>
      <div>
        ${factsOf(data, entry, run)}
        <div id="viewer-detail"><p class="quiet">Loading …</p></div>
      </div>
      <div class="wide" id="viewer-more"></div>
    </div>
  </div>`;
}

const disabledUnless = (enabled: boolean): Markup | undefined => (enabled ? undefined : html`disabled`);

function factsOf(data: GalleryData, entry: GalleryEntry, run: GalleryRun): Markup {
  return rowsOf([
    ['class', classOf(entry)],
    ['confidence', `${formatConfidence(entry.confidence)}, log-odds ${formatNumber(entry.logOdds)}`],
    ['model', modelNames(data.models)[run.model] ?? ''],
    ['run', `${run.name}: ${run.method}, seed ${String(run.seed)}, ${formatTime(run.started)}`],
    ['arose in', momentOf(data, entry)],
  ]);
}

/** A class that is named by its number is not named twice. */
const classOf = ({ class: number, label }: GalleryEntry): string =>
  label === String(number) ? label : `${String(number)}: ${label}`;

function rowsOf(rows: readonly (readonly [name: string, text: string])[]): Markup {
  const lines = rows.map(
    ([name, text]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${text}</td>
      </tr>`,
  );
  return html`<table>
    <tbody>
      ${lines}
    </tbody>
  </table>`;
}

/** What stands beside the picture: where it came from, and what the model sees in it. */
export function detailOf({ entry, run }: Viewed, detail: GalleryDetail): Markup {
  return html`<div>${originOf(detail)}${guessesOf(entry, run, detail)}</div>`;
}

function originOf({ elite, climb }: GalleryDetail): Markup | undefined {
  if (elite) {
    const parent = elite.parent === null ? 'none: it was drawn at random' : formatNumber(elite.parent);
    return rowsOf([
      ['image', `number ${formatNumber(elite.id)} of its run`],
      ['parent', parent],
      ['goal switches', formatNumber(elite.goalSwitches)],
    ]);
  }
  if (!climb) return undefined;
  const named = climb.firstNamed === null ? 'never' : `iteration ${formatNumber(climb.firstNamed)}`;
  return rowsOf([
    ['climbed', climb.objective],
    ['iterations', formatNumber(climb.iterations)],
    ['first named so in', named],
    ...(climb.fault === undefined ? [] : ([['ended early', climb.fault]] as const)),
  ]);
}

function guessesOf({ class: own }: GalleryEntry, run: GalleryRun, { likeliest }: GalleryDetail): Markup {
  if (!likeliest) {
    const why = run.unjudged ?? 'its picture is missing or damaged';
    return html`<h3>The likeliest classes</h3>
      <p class="quiet">Not judged afresh: ${why}.</p>`;
  }
  const bars = likeliest.map(
    ({ class: number, label, confidence }) =>
      html`<li class="${number === own ? 'own' : ''}">
        <span>${label}</span><b>${formatConfidence(confidence)}</b
        ><i style="--share:${(100 * confidence).toFixed(2)}%"></i>
      </li>`,
  );
  return html`<h3>The likeliest classes, judged afresh</h3>
    <ol class="guesses">
      ${bars}
    </ol>`;
}

/** What stands below: the genome, and the line of ancestors where it is known. */
export function moreOf(
  viewed: Viewed,
  detail: GalleryDetail,
  line: readonly GalleryAncestor[] | undefined,
): Markup {
  return html`<div>${lineageOf(viewed, line)}${genomeOf(viewed.entry, detail)}</div>`;
}

function genomeOf({ label }: GalleryEntry, { genome }: GalleryDetail): Markup | undefined {
  if (genome === undefined) return undefined;
  const heading = html`<h3>Genome</h3>`;
  if (typeof genome === 'string')
    return html`${heading}
      <p>${genome}.</p>`;
  return html`${heading}
    <p class="quiet">A CPPN of ${describeCppn(genome)}.</p>
    ${cppnLegend()}${networkDrawing(shortLabel(label), genome)}`;
}

/** The youngest first; a class other than the child's is a goal switch. */
function lineageOf(
  { data, entry }: Viewed,
  line: readonly GalleryAncestor[] | undefined,
): Markup | undefined {
  if (!line || line.length === 0) return undefined;
  const labels = new Map(
    data.entries.filter(({ run }) => run === entry.run).map(({ class: number, label }) => [number, label]),
  );
  const rows = line.map(({ id, class: number, confidence, generation }, index) => {
    const child = line[index - 1];
    const switched = child !== undefined && child.class !== number;
    return html`<tr class="${switched ? 'marked' : ''}">
      <td class="number">${formatNumber(generation)}</td>
      <td>${shortLabel(labels.get(number) ?? `class ${String(number)}`)}</td>
      <td class="number">${formatConfidence(confidence)}</td>
      <td class="number">${formatNumber(id)}</td>
    </tr>`;
  });
  return html`<h3>Lineage</h3>
    <p class="quiet">
      This image and its ${formatCount(line.length - 1, 'ancestor')} that are known, each with the class that
      it won. In bold where the child won another class.
    </p>
    <div class="line table" tabindex="0" role="region" aria-label="Lineage">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">generation</th>
            <th scope="col">class</th>
            <th scope="col" class="number">confidence</th>
            <th scope="col" class="number">image</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

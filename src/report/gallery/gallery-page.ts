/** `index.html` of a gallery: what is there before its script fills it. */
import { formatCount } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import { renderPage } from '../page.ts';
import { orders } from './choose.ts';
import { dataFile, scriptFile, type GalleryModel, type GalleryRun } from './gallery-data.ts';
import { galleryStyle } from './gallery-style.ts';

export interface GalleryPageInput {
  /** Folder of the gallery's files beside the page. */
  readonly part: string;
  readonly models: readonly GalleryModel[];
  readonly runs: readonly GalleryRun[];
  readonly pictures: number;
  /** What was left out and why, in sentences. */
  readonly notes: readonly string[];
}

/** The page itself holds no picture and no data, so that it is there at once. */
export function renderGalleryPage(input: GalleryPageInput): string {
  const { part, runs, models, pictures, notes } = input;
  const about = `${formatCount(pictures, 'picture')} of ${formatCount(runs.length, 'run')} of ${formatCount(models.length, 'model')}`;
  const header = html`${notesOf(notes)}
    <noscript><p class="warning">This page needs JavaScript to show the pictures.</p></noscript>`;
  const list = html`<div class="cards" id="cards" role="list" aria-label="Pictures"></div>
    <p class="nothing quiet" id="nothing" hidden>No picture is like that.</p>
    <dialog class="viewer" id="viewer" aria-labelledby="viewer-title"></dialog>`;
  // Data comes after the script that takes it; both wait until the page is there.
  const head = html`<meta http-equiv="Content-Security-Policy" content="${policy}" />
    <script src="${part}/${scriptFile}" data-part="${part}" defer></script>
    <script src="${part}/${dataFile}" defer></script>`;
  const page = { run: 'Gallery', command: 'fool report --gallery', about };
  return renderPage(page, header, [filters(input), list], { head, style: galleryStyle });
}

/** Only files beside the page may be loaded, even if a label holds markup; the style stands in the page. */
const policy =
  "default-src 'none'; script-src 'self' file:; img-src 'self' file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function filters({ runs, models }: GalleryPageInput): Markup {
  const select = (id: string, label: string, options: readonly Markup[]) =>
    html`<label
      >${label}<select id="${id}">
        ${options}
      </select></label
    >`;
  const all = html`<option value="">all</option>`;
  const numbered = (names: readonly string[]) => [
    all,
    ...names.map((name, index) => html`<option value="${index}">${name}</option>`),
  ];
  const used = [...new Set(runs.map(({ method }) => method))].sort();
  return html`<form class="filters" id="filters" role="search" autocomplete="off">
    <label>class<input type="search" id="words" list="labels" placeholder="name or number" /></label>
    <datalist id="labels"></datalist>
    ${select('method', 'method', [all, ...used.map((method) => html`<option>${method}</option>`)])}
    ${select('model', 'model', numbered(modelNames(models)))}
    ${select('run', 'run', numbered(runs.map(({ name }) => name)))}
    ${select(
      'order',
      'order',
      Object.entries(orders).map(([order, words]) => html`<option value="${order}">${words}</option>`),
    )}
    <output id="count" aria-live="polite"></output>
  </form>`;
}

/** With the beginning of the SHA-256 where two have one name. */
export function modelNames(models: readonly GalleryModel[]): string[] {
  return models.map(({ name, sha256 }) => {
    const alone = models.filter((other) => other.name === name).length === 1;
    return alone ? name : `${name} (${sha256.slice(0, 8)})`;
  });
}

function notesOf(notes: readonly string[]): Markup | undefined {
  if (notes.length === 0) return undefined;
  return html`<div class="warning" role="note">
    <strong>Not everything is here:</strong>
    <ul>
      ${notes.map((note) => html`<li>${note}</li>`)}
    </ul>
  </div>`;
}

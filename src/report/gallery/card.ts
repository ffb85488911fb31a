/** A picture in the list of a gallery. */
import { formatConfidence, formatNumber, shortLabel } from '../format.ts';
import { html, type Markup } from '../markup.ts';
import { fewPixels } from '../picture.ts';
import { pictureFile, thumbnailFile, type GalleryData, type GalleryEntry } from './gallery-data.ts';

/** @param part folder of the gallery's files */
export function cardOf(data: GalleryData, entry: GalleryEntry, part: string): Markup {
  const run = data.runs[entry.run];
  const file = entry.shown === 'small' ? pictureFile : thumbnailFile;
  const picture =
    entry.shown === 'missing'
      ? html`<div class="missing">no picture</div>`
      : html`<img
          class="${pixelClass(data, entry)}"
          src="${part}/${file(entry.run, entry.place)}"
          alt="${describeEntry(data, entry)}"
          decoding="async"
          loading="lazy"
        />`;
  return html`<div class="card" role="listitem">
    <button type="button" title="${entry.label}">
      ${picture}<span class="name">${shortLabel(entry.label)}</span>
      <span class="sure">${formatConfidence(entry.confidence)}</span>
      <span>${run?.method ?? ''}, ${run?.name ?? ''}</span>
    </button>
  </div>`;
}

export const pixelClass = ({ runs }: GalleryData, { run }: GalleryEntry): string => {
  const [, height, width] = runs[run]?.image ?? [1, 1, 1];
  return Math.max(height, width) < fewPixels ? 'pixels' : '';
};

/** What is read out in place of the picture. */
export function describeEntry(
  { runs, models }: GalleryData,
  { run, label, confidence }: GalleryEntry,
): string {
  const model = models[runs[run]?.model ?? -1]?.name ?? 'the model';
  return `Image that ${model} calls ${label} with ${formatConfidence(confidence)} confidence`;
}

/** `generation 12`, or of an ascent `iteration 12`. */
export function momentOf({ runs }: GalleryData, { run, generation }: GalleryEntry): string {
  return `${runs[run]?.method === 'ascent' ? 'iteration' : 'generation'} ${formatNumber(generation)}`;
}

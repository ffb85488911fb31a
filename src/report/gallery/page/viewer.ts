/** The dialog that shows one picture. */
import {
  detailsFile,
  detailsPerFile,
  lineageFile,
  type GalleryAncestor,
  type GalleryData,
  type GalleryDetail,
  type GalleryEntry,
} from '../gallery-data.ts';
import { html, type Markup } from '../../markup.ts';
import { byId as ancestorsById, lineTo } from '../../../evolution/lineage.ts';
import { detailOf, moreOf, viewerOf, type Viewed } from '../viewer-markup.ts';
import { elementById, elementOf } from './elements.ts';
import type { Pieces } from './pieces.ts';

export interface ViewerHooks {
  readonly data: GalleryData;
  readonly pieces: Pieces;
  readonly part: string;
  /** The entry in a place of the list that is shown. */
  readonly entryAt: (place: number) => GalleryEntry | undefined;
  readonly onClose: (place: number) => void;
}

export class Viewer {
  readonly #dialog = elementById('viewer', HTMLDialogElement);
  #place = 0;

  constructor(private readonly hooks: ViewerHooks) {
    this.#dialog.addEventListener('close', () => {
      hooks.onClose(this.#place);
    });
    this.#dialog.addEventListener('click', ({ target }) => {
      if (!(target instanceof Element)) return;
      const step = target.closest<HTMLElement>('[data-step]')?.dataset['step'];
      if (step !== undefined) this.#step(Number(step));
      // The dialog itself is hit outside of what it holds.
      if (target === this.#dialog || target.closest('[data-close]')) this.#dialog.close();
    });
    this.#dialog.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.#step(step);
    });
  }

  /** Shows what stands in a place of the list. */
  open(place: number): void {
    const { data, part, entryAt } = this.hooks;
    const entry = entryAt(place);
    const run = data.runs[entry?.run ?? -1];
    if (!entry || !run) return;
    this.#place = place;
    const viewed: Viewed = { data, entry, run, part };
    const content = elementOf(
      viewerOf(viewed, entryAt(place - 1) !== undefined, entryAt(place + 1) !== undefined),
    );
    this.#dialog.replaceChildren(content);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#dialog.scrollTop = 0;
    void this.#fill(viewed);
  }

  #step(step: number): void {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset : {};
    if (!this.hooks.entryAt(this.#place + step)) return;
    this.open(this.#place + step);
    const again = this.#dialog.querySelector<HTMLElement>(
      focused['step'] === undefined ? '[data-close]' : `[data-step="${focused['step']}"]:not(:disabled)`,
    );
    (again ?? this.#dialog.querySelector<HTMLElement>('[data-close]'))?.focus();
  }

  async #fill(viewed: Viewed): Promise<void> {
    const { entry } = viewed;
    let beside: Markup;
    let below: Markup | undefined;
    try {
      const detail = await this.#detailOf(entry);
      beside = detailOf(viewed, detail);
      below = moreOf(viewed, detail, await this.#lineOf(viewed, detail));
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      beside = html`<p class="warning">${words}</p>`;
    }
    // The user may have opened another picture meanwhile.
    if (this.hooks.entryAt(this.#place) !== entry || !this.#dialog.open) return;
    elementById('viewer-detail', HTMLElement).replaceChildren(elementOf(beside));
    if (below) elementById('viewer-more', HTMLElement).replaceChildren(elementOf(below));
  }

  async #detailOf({ run, place }: GalleryEntry): Promise<GalleryDetail> {
    const details = (await this.hooks.pieces.load(detailsFile(run, place))) as readonly GalleryDetail[];
    return details[place % detailsPerFile] ?? {};
  }

  async #lineOf({ entry, run }: Viewed, { elite }: GalleryDetail): Promise<GalleryAncestor[] | undefined> {
    if (!run.lineage || !elite) return undefined;
    const ancestors = (await this.hooks.pieces.load(lineageFile(entry.run))) as readonly GalleryAncestor[];
    return lineTo(ancestorsById(ancestors), elite.id).reverse();
  }
}

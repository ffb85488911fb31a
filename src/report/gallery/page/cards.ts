/**
 * The list of pictures. Only those cards are in the page that can be seen, and a few around them: a list of any length costs
 * the same to filter and to scroll.
 */

/** Least width of a card, and the height of its three lines, in the page's letter size. */
const [leastWidth, textHeight] = [8.5, 4.4];
/** Rows above and below what is seen. */
const spareRows = 3;

export class Cards {
  /** By place in the list. */
  readonly #cards = new Map<number, HTMLElement>();
  #count = 0;
  #columns = 1;
  #width = 0;
  #height = 1;
  #current = 0;
  #drawing = 0;

  /**
   * @param make a card with one button, for a place in the list
   */
  constructor(
    private readonly list: HTMLElement,
    private readonly make: (place: number) => HTMLElement,
  ) {
    const drawSoon = () => {
      this.#drawSoon();
    };
    addEventListener('scroll', drawSoon, { passive: true });
    new ResizeObserver(() => {
      this.#measure();
    }).observe(list);
    list.addEventListener('focusin', ({ target }) => {
      const card = target instanceof Element ? target.closest<HTMLElement>('[data-place]') : null;
      if (card) this.#makeCurrent(Number(card.dataset['place']));
    });
    list.addEventListener('keydown', (event) => {
      this.#onKey(event);
    });
  }

  /** Shows another list, from its beginning. */
  show(count: number): void {
    this.#count = count;
    this.#current = 0;
    for (const card of this.#cards.values()) card.remove();
    this.#cards.clear();
    this.#measure();
    // At once, and not with the next frame: the list is never empty in between.
    this.#draw();
  }

  /** Brings a card into view and gives it the focus. */
  focus(place: number): void {
    this.#makeCurrent(place);
    const top = this.list.offsetTop + this.#height * Math.floor(place / this.#columns);
    const bar = stickyHeight();
    if (top < scrollY + bar) scrollTo({ top: top - bar });
    else if (top + this.#height > scrollY + innerHeight) scrollTo({ top: top + this.#height - innerHeight });
    this.#draw();
    this.#cards.get(place)?.querySelector('button')?.focus({ preventScroll: true });
  }

  #measure(): void {
    const width = this.list.clientWidth;
    const letter = parseFloat(getComputedStyle(document.documentElement).fontSize);
    this.#columns = Math.max(1, Math.floor(width / (leastWidth * letter)));
    this.#width = width / this.#columns;
    this.#height = this.#width + textHeight * letter;
    this.list.style.setProperty('--card-width', `${String(this.#width)}px`);
    this.list.style.setProperty('--card-height', `${String(this.#height)}px`);
    this.list.style.height = `${String(this.#height * Math.ceil(this.#count / this.#columns))}px`;
    for (const [place, card] of this.#cards) this.#put(card, place);
    this.#drawSoon();
  }

  #drawSoon(): void {
    this.#drawing ||= requestAnimationFrame(() => {
      this.#draw();
    });
  }

  #draw(): void {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = 0;
    const top = scrollY - this.list.offsetTop;
    const first = this.#columns * Math.max(0, Math.floor(top / this.#height) - spareRows);
    const last = this.#columns * (Math.ceil((top + innerHeight) / this.#height) + spareRows);
    const isSeen = (place: number) => place === this.#current || (place >= first && place < last);
    for (const [place, card] of this.#cards) {
      if (isSeen(place)) continue;
      card.remove();
      this.#cards.delete(place);
    }
    const added = document.createDocumentFragment();
    for (let place = first; place < Math.min(last, this.#count); place++) this.#add(place, added);
    if (this.#current < this.#count) this.#add(this.#current, added);
    this.list.append(added);
  }

  #add(place: number, into: DocumentFragment): void {
    if (this.#cards.has(place)) return;
    const card = this.make(place);
    card.dataset['place'] = String(place);
    card.setAttribute('aria-setsize', String(this.#count));
    card.setAttribute('aria-posinset', String(place + 1));
    this.#cards.set(place, card);
    this.#put(card, place);
    this.#setStop(place);
    into.append(card);
  }

  #put(card: HTMLElement, place: number): void {
    const [row, column] = [Math.floor(place / this.#columns), place % this.#columns];
    card.style.transform = `translate(${String(column * this.#width)}px, ${String(row * this.#height)}px)`;
  }

  /** The one card of the list that the tabulator key stops at. */
  #makeCurrent(place: number): void {
    const before = this.#current;
    this.#current = place;
    this.#setStop(before);
    this.#setStop(place);
  }

  #setStop(place: number): void {
    const button = this.#cards.get(place)?.querySelector('button');
    if (button) button.tabIndex = place === this.#current ? 0 : -1;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = this.#columns * Math.max(1, Math.floor(innerHeight / this.#height) - 1);
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -this.#columns,
      ArrowDown: this.#columns,
      PageUp: -page,
      PageDown: page,
      Home: -this.#count,
      End: this.#count,
    };
    const step = steps[event.key];
    if (step === undefined || this.#count === 0) return;
    event.preventDefault();
    this.focus(Math.max(0, Math.min(this.#count - 1, this.#current + step)));
  }
}

/** Of what stays above the list while it is scrolled. */
function stickyHeight(): number {
  const bar = document.getElementById('filters');
  return bar && getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0;
}

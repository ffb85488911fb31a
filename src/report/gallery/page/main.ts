/** The script of a gallery's page: joins the form, the list and the viewer. */
import { cardOf } from '../card.ts';
import { Chooser, orders, type Order } from '../choose.ts';
import { dataFile, methods, type GalleryData, type GalleryEntry } from '../gallery-data.ts';
import { formatCount, formatNumber, shortLabel } from '../../format.ts';
import { Cards } from './cards.ts';
import { elementById, elementOf } from './elements.ts';
import { Pieces } from './pieces.ts';
import { Viewer } from './viewer.ts';

const part = document.currentScript?.dataset['part'] ?? '';
const pieces = new Pieces(part);
void pieces.expect(dataFile).then((data) => {
  start(data as GalleryData);
});

function start(data: GalleryData): void {
  const chooser = new Chooser(data);
  let chosen: readonly number[] = [];
  const entryAt = (place: number): GalleryEntry | undefined => data.entries[chosen[place] ?? -1];
  const list = elementById('cards', HTMLElement);
  const cards = new Cards(list, (place) => {
    const entry = entryAt(place);
    if (!entry) throw new RangeError(`the list has no place ${String(place)}`);
    return elementOf(cardOf(data, entry, part));
  });
  const viewer = new Viewer({
    data,
    pieces,
    part,
    entryAt,
    onClose: (place) => {
      cards.focus(place);
    },
  });
  list.addEventListener('click', ({ target }) => {
    const card = target instanceof Element ? target.closest<HTMLElement>('[data-place]') : null;
    if (card) viewer.open(Number(card.dataset['place']));
  });
  const show = () => {
    chosen = chooser.choose(choice());
    cards.show(chosen.length);
    const all = formatCount(data.entries.length, 'picture');
    elementById('count', HTMLElement).textContent = `${formatNumber(chosen.length)} of ${all}`;
    elementById('nothing', HTMLElement).hidden = chosen.length > 0;
  };
  fillNames(data);
  const form = elementById('filters', HTMLFormElement);
  form.addEventListener('input', show);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
  });
  show();
}

/** The names of all classes, offered while the user types. */
function fillNames({ entries }: GalleryData): void {
  const names = new Set(entries.map(({ label }) => shortLabel(label)));
  const options = [...names].map((name) => new Option(name, name));
  elementById('labels', HTMLElement).replaceChildren(...options);
}

function choice() {
  const numberOf = (id: string): number | undefined => {
    const { value } = elementById(id, HTMLSelectElement);
    return value === '' ? undefined : Number(value);
  };
  const method = elementById('method', HTMLSelectElement).value;
  return {
    words: elementById('words', HTMLInputElement).value,
    method: methods.find((one) => one === method),
    model: numberOf('model'),
    run: numberOf('run'),
    order: orderOf(elementById('order', HTMLSelectElement).value),
  };
}

const orderOf = (name: string): Order => (name in orders ? (name as Order) : 'surest');

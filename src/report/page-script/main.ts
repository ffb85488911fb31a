/**
 * The script of a report with many pictures: filters and sorts them, and draws networks. Without it the page shows all pictures, by class.
 */
import { isNamed, wordsOf } from '../class-search.ts';
import { formatCount, formatNumber } from '../format.ts';
import { elementById } from '../gallery/page/elements.ts';
import type { ListOrder } from '../picture-list.ts';
import { drawWhenOpened } from './networks.ts';

interface Listed {
  readonly figure: HTMLElement;
  readonly class: number;
  readonly name: string;
  readonly sure: number;
  readonly moment: number;
}

const form = document.getElementById('chooser');
const list = document.getElementById('list');
if (form instanceof HTMLFormElement && list) start(form, list);
drawWhenOpened();

function start(chooser: HTMLFormElement, shown: HTMLElement): void {
  const all = Array.from(shown.children, (figure) => listed(figure as HTMLElement));
  let order = '';
  const show = () => {
    const wanted = wordsOf(elementById('words', HTMLInputElement).value);
    const fitting = new Set(all.filter((one) => isNamed(wanted, one.name, one.class)));
    for (const one of all) one.figure.hidden = !fitting.has(one);
    const { value } = elementById('order', HTMLSelectElement);
    if (value !== order) shown.append(...inOrder(all, value as ListOrder).map(({ figure }) => figure));
    order = value;
    elementById('count', HTMLElement).textContent =
      `${formatNumber(fitting.size)} of ${formatCount(all.length, 'picture')}`;
    elementById('nothing', HTMLElement).hidden = fitting.size > 0;
  };
  chooser.addEventListener('input', show);
  chooser.addEventListener('submit', (event) => {
    event.preventDefault();
  });
  chooser.hidden = false;
  show();
}

function listed(figure: HTMLElement): Listed {
  const { class: number, name = '', sure, moment } = figure.dataset;
  return {
    figure,
    class: Number(number),
    name: `${name} ${String(number)}`.toLowerCase(),
    sure: Number(sure),
    moment: Number(moment),
  };
}

/** Equal ones stay in the order of the page. */
function inOrder(all: readonly Listed[], order: ListOrder): Listed[] {
  const values: Readonly<Record<ListOrder, (one: Listed) => number>> = {
    class: () => 0,
    surest: ({ sure }) => -sure,
    'least-sure': ({ sure }) => sure,
    latest: ({ moment }) => -moment,
    earliest: ({ moment }) => moment,
  };
  const value = values[order];
  return [...all].sort((one, other) => value(one) - value(other));
}

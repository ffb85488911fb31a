/** The pictures of a run beside each other; where they are many, with a form that filters and sorts them. */
import { html, type Markup } from './markup.ts';
import { mostCurves } from './curves.ts';

/** What the page's script filters and sorts by. */
export interface ListedPicture {
  /** Begins with `<figure …>`'s content, not the figure itself. */
  readonly content: Markup;
  readonly id: string;
  readonly class: number;
  /** The whole name, by whose words it is found. */
  readonly name: string;
  readonly logOdds: number;
  /** Generation or iteration in which it arose. */
  readonly moment: number;
}

/** More pictures than this are filtered and sorted, and come after the curves. */
export const mostAtOnce = mostCurves;

/** Orders of a list, by the names that the page's script knows them by. */
export const listOrders = ['class', 'surest', 'least-sure', 'latest', 'earliest'] as const;
export type ListOrder = (typeof listOrders)[number];

/** @param moment what pictures arise in, e.g. `generation` */
export function pictureList(pictures: readonly ListedPicture[], moment: string): Markup {
  const many = pictures.length > mostAtOnce;
  const kind = many ? 'elites many' : pictures.length <= 10 ? 'elites five' : 'elites';
  const figures = pictures.map(({ content, id, class: number, name, logOdds, moment: arose }) =>
    many
      ? html`<figure
          class="elite"
          id="${id}"
          data-class="${number}"
          data-name="${name}"
          data-sure="${Number(logOdds.toPrecision(7))}"
          data-moment="${arose}"
        >
          ${content}
        </figure>`
      : html`<figure class="elite" id="${id}">${content}</figure>`,
  );
  return html`${many ? chooser(moment) : undefined}
    <div class="${kind}" ${many ? html`id="list"` : undefined}>${figures}</div>`;
}

/** Hidden until the page's script has taken it up. */
function chooser(moment: string): Markup {
  const words: Readonly<Record<ListOrder, string>> = {
    class: 'by class',
    surest: 'surest first',
    'least-sure': 'least sure first',
    latest: `latest ${moment} first`,
    earliest: `earliest ${moment} first`,
  };
  return html`<form class="chooser" id="chooser" role="search" autocomplete="off" hidden>
      <label>class<input type="search" id="words" placeholder="name or number" /></label>
      <label
        >order<select id="order">
          ${listOrders.map((order) => html`<option value="${order}">${words[order]}</option>`)}
        </select></label
      >
      <output id="count" aria-live="polite"></output>
    </form>
    <p class="quiet" id="nothing" hidden>No picture is like that.</p>`;
}

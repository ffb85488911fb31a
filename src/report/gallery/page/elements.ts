/** Markup as elements of the page. */
import type { Markup } from '../../markup.ts';

/** The first element of the markup, whose values `html` has escaped. */
export function elementOf(markup: Markup): HTMLElement {
  const template = document.createElement('template');
  template.innerHTML = markup.text;
  const first = template.content.firstElementChild;
  if (first instanceof HTMLElement) return first;
  throw new Error('markup without an element');
}

/** @throws Error where the page has no such element */
export function elementById<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

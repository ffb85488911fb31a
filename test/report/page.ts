import { parseHTML } from 'linkedom';

/** The little of the DOM that tests ask for; the project is compiled without the browser's types. */
export interface PageElement {
  readonly textContent: string;
  readonly children: ArrayLike<PageElement>;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement> & ArrayLike<PageElement>;
  getAttribute(name: string): string | null;
}

/** The body of a page, or of a piece of markup. */
export function parsePage(markup: string): PageElement {
  const page = markup.includes('<html') ? markup : `<html><body>${markup}</body></html>`;
  const { document } = parseHTML(page) as unknown as { readonly document: { readonly body: PageElement } };
  return document.body;
}

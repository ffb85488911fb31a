/** Sections of a page, and the contents that lead to them. */
import { html, Markup, type MarkupValue } from './markup.ts';

/** A section with a heading, to which the contents lead. */
export class Section extends Markup {
  constructor(
    readonly title: string,
    content: Markup,
  ) {
    super(
      html`<section id="${idOf(title)}">
        <h2>${title}</h2>
        ${content}
      </section>`.text,
    );
  }
}

/** The sections by their headings; nothing where there are too few to get lost among. */
export function contents(sections: readonly MarkupValue[]): Markup | undefined {
  const titles = sections.flatMap((one) => (one instanceof Section ? [one.title] : []));
  if (titles.length < fewest) return undefined;
  return html`<nav class="contents" aria-label="Contents">
    ${titles.map((title) => html`<a href="#${idOf(title)}">${title}</a> `)}
  </nav>`;
}

const fewest = 3;

const idOf = (title: string): string => title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** What every page has around its sections: title, style, one column. */
import { html, trusted, type Markup, type MarkupValue } from './markup.ts';
import { reportStyle } from './report-style.ts';

/** What a page with files beside it has in addition. */
export interface PageExtras {
  readonly head: Markup;
  /** After the style of every page. */
  readonly style: string;
}

/** What a page is about, by which tabs, bookmarks and prints of many runs are told apart. */
export interface PageName {
  /** The run's folder, without those that it lies in; of a page of no run, what it is of. */
  readonly run: string;
  /** E.g. `fool evolve`. */
  readonly command: string;
  readonly about: string;
}

/** The page as HTML; it needs nothing but itself, and what the extras or its pictures name. */
export function renderPage(
  name: PageName,
  header: Markup,
  sections: readonly (Markup | undefined)[],
  extras?: PageExtras,
): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${titleOf(name)}</title>
        <style>
          ${trusted(reportStyle + (extras?.style ?? ''))}
        </style>
        ${extras?.head}
      </head>
      <body>
        <main>
          <header>
            <h1>${headingOf(name)}</h1>
            ${header}
          </header>
          ${sections}
        </main>
      </body>
    </html> `.text;
}

const titleOf = ({ run, command, about }: PageName): string => [run, command, about].join(' · ');

function headingOf(name: PageName): MarkupValue {
  return html`${name.run} <small>${name.command}: ${name.about}</small>`;
}

/** @param script of the project itself, with no end tag in it */
export function scriptOf(script: string | undefined): Markup | undefined {
  return script === undefined ? undefined : trusted(`<script>\n${script}</script>\n`);
}

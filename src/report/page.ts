/** What every page has around its sections: title, style, one column. */
import { html, trusted, type Markup } from './markup.ts';
import { reportStyle } from './report-style.ts';

/** What a page has besides, which has files of its own. */
export interface PageExtras {
  readonly head: Markup;
  /** After the style of every page. */
  readonly style: string;
}

/** The page as HTML; it needs nothing but itself, and what the extras name. */
export function renderPage(
  title: string,
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
        <title>${title}: fooling images</title>
        <style>
          ${trusted(reportStyle + (extras?.style ?? ''))}
        </style>
        ${extras?.head}
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            ${header}
          </header>
          ${sections}
        </main>
      </body>
    </html> `.text;
}

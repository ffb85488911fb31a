/** What every page has around its sections: title, style, one column. */
import { html, trusted, type Markup } from './markup.ts';
import { reportStyle } from './report-style.ts';

/** The page as HTML; it needs nothing but itself. */
export function renderPage(title: string, header: Markup, sections: readonly (Markup | undefined)[]): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: fooling images</title>
        <style>
          ${trusted(reportStyle)}
        </style>
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

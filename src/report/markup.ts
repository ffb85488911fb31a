/**
 * HTML that cannot be injected into: the template tag `html` escapes every value it is given, unless the value is
 * markup itself. Labels and settings come from files, so no string reaches the page by another way.
 */
export class Markup {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

export type MarkupValue = string | number | Markup | undefined | readonly MarkupValue[];

/** Builds markup: strings and numbers are escaped, lists are joined, undefined leaves nothing. */
export function html(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(
    strings.map((text, index) => (index === 0 ? '' : textOf(values[index - 1])) + text).join(''),
  );
}

/** Takes a string as markup as it is: for the page's own style and for SVG that a library made. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

/** The text as it may stand between tags or inside a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}

function textOf(value: MarkupValue): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(textOf).join('');
}

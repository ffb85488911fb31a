/** Text of foreign files on its way to a terminal: control codes in it would be obeyed. */

/** Names may hold codes that a terminal obeys: none of them reaches it. */
export const printable = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '?');

/** As `printable`, for what must stay in one line. */
export const printableInLine = (text: string): string => text.replace(/\p{Cc}/gu, '?');

/** JSON escapes the control characters below 32 by itself; a terminal obeys others, too. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /\p{Cc}/gu,
    (code) => `\\u${code.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

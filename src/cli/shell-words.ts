/** Command lines as they can be pasted into a shell. */

/** Words that hold more than a shell leaves alone are quoted. */
export const shellLine = (...words: readonly string[]): string => words.map(quoted).join(' ');

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a command writes into a document, between two marks that no reader sees. */
const [begin, end] = ['<!-- bench-table -->', '<!-- /bench-table -->'];

/**
 * The document with new text between its marks.
 * @throws RangeError where the marks are not there, each once and in order
 */
export function replaceMarked(document: string, text: string): string {
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from || document.lastIndexOf(begin) !== from || document.lastIndexOf(end) !== to)
    throw new RangeError(`expected ${begin} and after it ${end}, each once`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n${document.slice(to)}`;
}

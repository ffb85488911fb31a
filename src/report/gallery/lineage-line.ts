/** Lines of descent, as a run and a page follow them. */
import type { Ancestor } from './gallery-data.ts';

/**
 * From an image back to the first of its line that is known. A parent is older than its child: a record that says otherwise
 * is followed no further.
 *
 * @param goesOn whether an ancestor still belongs to what is wanted
 */
export function lineOf(
  elite: number,
  ancestors: ReadonlyMap<number, Ancestor>,
  goesOn: (ancestor: Ancestor) => boolean = () => true,
): Ancestor[] {
  const line: Ancestor[] = [];
  let ancestor = ancestors.get(elite);
  while (ancestor && goesOn(ancestor)) {
    line.push(ancestor);
    const { id, parent }: Ancestor = ancestor;
    ancestor = parent !== null && parent < id ? ancestors.get(parent) : undefined;
  }
  return line;
}

/** Of a generation's replacements, what the lineage is told. */
import type { Archive, Replacement } from './archive.ts';
import type { Birth } from './lineage.ts';
import type { GenerationRequest } from './scheduler.ts';

/** @param request by which the children were bred that took the cells */
export function birthsOf(
  archive: Archive,
  classes: readonly number[],
  { parents }: GenerationRequest,
  replacements: readonly Replacement[],
): Birth[] {
  return replacements.flatMap(({ cell, child }): Birth[] => {
    const elite = archive.elite(cell);
    if (!elite) return [];
    const { id, parent, generation, confidence } = elite;
    const from = classes[parents?.[child] ?? -1] ?? null;
    return [{ id, parent, from, class: classes[cell] ?? cell, confidence, generation }];
  });
}

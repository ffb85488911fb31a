/** `lineage.json` of a run folder: the ancestors of its elites, where the run kept them. */
import { z } from 'zod';
import { confidence, count } from '../../evolution/run-schema.ts';
import type { Storage } from '../../storage/storage.ts';
import { readJson } from '../run-files.ts';
import type { Ancestor } from './gallery-data.ts';
import { lineOf } from './lineage-line.ts';

const mostAncestors = 1_000_000;

const lineageSchema = z.object({
  format: z.literal(1),
  ancestors: z
    .array(z.object({ id: count, parent: count.nullable(), class: count, confidence, generation: count }))
    .max(mostAncestors),
});

/**
 * Those of the elites, and no others; undefined where the run kept none.
 *
 * @param elites identities
 * @param mark of the run
 * @throws RunFolderError when the file is damaged
 */
export async function readAncestors(
  storage: Storage,
  elites: readonly number[],
  mark?: string,
): Promise<Ancestor[] | undefined> {
  const lineage = await readJson(storage, 'lineage.json', lineageSchema, mark);
  if (!lineage) return undefined;
  const byId = new Map(lineage.ancestors.map((ancestor) => [ancestor.id, ancestor]));
  const needed = new Set<number>();
  for (const elite of elites) {
    // A line that joins another one goes on as that one does.
    for (const { id } of lineOf(elite, byId, (ancestor) => !needed.has(ancestor.id))) needed.add(id);
  }
  return lineage.ancestors.filter(({ id }) => needed.has(id));
}

/** Reads `lineage.json`, without which everything else of a run folder is of use. */
import { ancestryProblem, type Ancestor } from '../../evolution/lineage.ts';
import { lineagePath } from './folder.ts';
import type { CellRecord, RunRecord } from './records.ts';
import { lineageSchema } from './schema.ts';
import type { Storage } from '../../storage/storage.ts';
import { readJson, RunFolderError } from '../read-files.ts';

/** The lineage of a run, as far as it is there. */
export interface FoundLineage {
  /** Each after its parent; undefined where there are none, as in folders of earlier versions, or none of use. */
  readonly ancestors?: readonly Ancestor[];
  /** Why what is there is of no use, naming the file. */
  readonly problem?: string;
}

/**
 * Reads `lineage.json`. What is of no use is told, not thrown.
 * @param cells of the archive, whose elites are among the ancestors
 */
export async function readLineage(
  storage: Storage,
  { mark, settings }: Pick<RunRecord, 'mark' | 'settings'>,
  cells: readonly CellRecord[],
): Promise<FoundLineage> {
  try {
    const record = await readJson(storage, lineagePath, lineageSchema, mark);
    if (!record) return {};
    const problem = ancestryProblem(record.ancestors, cells, settings.population);
    return problem === undefined
      ? { ancestors: record.ancestors }
      : { problem: `${lineagePath} is not of this archive: ${problem}` };
  } catch (error) {
    if (!(error instanceof RunFolderError)) throw error;
    return { problem: error.message.replace(/ Restore the file .*/s, '').replace(/\.$/, '') };
  }
}

/** A state made of the archive, where every checkpoint is lost: the elites are all there, the course of the run is not. */
import { readJson, readWholeLines } from '../read-files.ts';
import { readLineage } from './read-lineage.ts';
import type { Storage } from '../../storage/storage.ts';
import { CheckpointError, type Checkpoint } from './checkpoint.ts';
import type { RunRecord } from './records.ts';
import { archiveSchema, progressRecordSchema } from './schema.ts';

/**
 * The run goes on after the last generation that anything tells of, so that no elite's identity is given again.
 * The ancestry of the elites is taken over where there is one that fits them.
 *
 * @param onWarning is told where it does not
 * @throws CheckpointError when there is no archive; RunFolderError when it is damaged
 */
export async function rebuiltCheckpoint(
  storage: Storage,
  run: RunRecord,
  onWarning: (text: string) => void = () => undefined,
): Promise<Checkpoint> {
  const cells = await readJson(storage, 'archive.json', archiveSchema, run.mark);
  if (!cells) throw new CheckpointError('archive.json is not there: no run can be rebuilt of this folder');
  const { records } = await readWholeLines(
    storage,
    'progress.jsonl',
    progressRecordSchema,
    () => undefined,
    run.mark,
  );
  const { ancestors, problem } = await readLineage(storage, run, cells);
  if (problem !== undefined) onWarning(`${problem}: the ancestry begins at the elites of the archive`);
  const last = Math.max(
    ...cells.map(({ generation }) => generation),
    ...records.map(({ generation }) => generation),
  );
  return {
    format: 3,
    ...(run.mark !== undefined && { mark: run.mark }),
    version: run.version,
    model: run.model.sha256,
    architecture: run.model.architecture,
    adapter: run.adapter.description,
    generations: last + 1,
    seconds: records.at(-1)?.seconds ?? 0,
    milliseconds: { setUp: 0, render: 0, network: 0, readBack: 0, evolution: 0, saving: 0 },
    cells,
    ...(ancestors && { ancestors }),
  };
}

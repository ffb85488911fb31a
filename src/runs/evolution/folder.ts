/** Writes a run's files through the storage that the host gives; every file is whole at any moment. */
import type { Image } from '../../image/image.ts';
import { withChecksum, withChecksumIn } from '../../storage/checksum.ts';
import { writeGeneration } from '../../storage/generations.ts';
import type { Storage } from '../../storage/storage.ts';
import { checkpointPath, type Checkpoint } from './checkpoint.ts';
import { clearFolder, type IsOurs } from '../clear-folder.ts';
import { ProgressLog } from '../progress-log.ts';
import { pictureName } from '../picture-name.ts';
import { removeGenomes } from './genome-files.ts';
import { progressRecordSchema } from './schema.ts';
import type { CellRecord, LineageRecord, ProgressRecord, RunRecord, RunSummary } from './records.ts';

/** An image as the bytes of a picture file. */
export type EncodePicture = (image: Image) => Uint8Array;

export const lineagePath = 'lineage.json';

/** Where the picture of a class is kept. */
export const picturePath = (
  { model, namedPictures = false }: Pick<RunRecord, 'model' | 'namedPictures'>,
  cellClass: number,
): string => `images/${pictureName(cellClass, namedPictures ? model.labels[cellClass] : undefined)}`;

const json = (value: unknown): string => JSON.stringify(value, null, 1) + '\n';

export class RunFolder {
  readonly #progress: ProgressLog<ProgressRecord>;

  constructor(
    readonly storage: Storage,
    private readonly encode: EncodePicture,
    private readonly run: Pick<RunRecord, 'mark' | 'model' | 'namedPictures'>,
  ) {
    this.#progress = new ProgressLog(storage, progressRecordSchema, run.mark);
  }

  /** Removes the files of an earlier run, and nothing else that lies in the folder. */
  clear(isOurs: IsOurs): Promise<void> {
    return clearFolder(this.storage, isOurs);
  }

  async writeRun(record: RunRecord): Promise<void> {
    await this.storage.write('run.json', json(withChecksum(record)));
  }

  /** Keeps a line until the next `flushProgress`. */
  progress(record: ProgressRecord): void {
    this.#progress.add(record);
  }

  flushProgress(): Promise<void> {
    return this.#progress.flush();
  }

  /**
   * Drops the lines from a generation on, which a resumed run will write again.
   * @returns how many were damaged, and dropped too
   */
  cutProgress(generations: number): Promise<number> {
    return this.#progress.cut(({ generation }) => generation < generations);
  }

  async writePicture(cellClass: number, image: Image): Promise<void> {
    await this.storage.write(picturePath(this.run, cellClass), this.encode(image));
  }

  /**
   * The checkpoint, then ancestry and archive for readers: where there is an archive, there were the others. Pictures and genome
   * files are there before, and genomes that no checkpoint names any more go with `removeOldGenomes` afterwards.
   */
  async writeState(cells: readonly CellRecord[], checkpoint: Checkpoint): Promise<void> {
    await writeGeneration(this.storage, checkpointPath, json(withChecksum(checkpoint)));
    await this.#writeLineage(checkpoint.ancestors ?? []);
    await this.storage.write('archive.json', json(cells.map(withChecksumIn(this.run.mark))));
  }

  /** Without spaces: in long runs it is the largest of the records. */
  async #writeLineage(ancestors: LineageRecord['ancestors']): Promise<void> {
    const { mark } = this.run;
    const record: LineageRecord = { format: 1, ...(mark !== undefined && { mark }), ancestors };
    await this.storage.write(lineagePath, JSON.stringify(withChecksumIn(mark)(record)) + '\n');
  }

  async removeOldGenomes(cells: readonly CellRecord[]): Promise<void> {
    await removeGenomes(
      this.storage,
      cells.map(({ genome }) => genome),
    );
  }

  async writeSummary(summary: RunSummary): Promise<void> {
    await this.storage.write('summary.json', json(withChecksumIn(this.run.mark)(summary)));
  }
}

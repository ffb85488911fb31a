/** Writes a run's files through the storage that the host gives; every file is whole at any moment. */
import type { Storage } from '../storage/storage.ts';
import { checkpointPath, type Checkpoint } from './checkpoint.ts';
import { removeGenomes } from './saved-genomes.ts';
import type { CellRecord, ProgressRecord, RunRecord, RunSummary } from './run-record.ts';

/** An elite's picture as bytes [channels, height, width]. */
export interface Picture {
  readonly channels: 1 | 3;
  readonly height: number;
  readonly width: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
}

export type EncodePicture = (picture: Picture) => Uint8Array;

/** Where the picture of a class is kept. */
export const picturePath = (cellClass: number): string => `images/${String(cellClass).padStart(4, '0')}.png`;

const json = (value: unknown): string => JSON.stringify(value, null, 1) + '\n';

export class RunFolder {
  #lines: string[] = [];
  /** Lines that the file holds, and whether a failed append may have left a piece of one behind them. */
  #written = 0;
  #torn = false;

  constructor(
    readonly storage: Storage,
    private readonly encode: EncodePicture,
  ) {}

  /** Removes the files of an earlier run, and nothing else that lies in the folder. */
  async clear(): Promise<void> {
    const files = [
      'progress.jsonl',
      checkpointPath,
      'archive.json',
      'summary.json',
      'grid.png',
      'report.html',
    ];
    const pictures = (await this.storage.list('images')).filter((name) => /^\d{4,}\.png$/.test(name));
    for (const file of [...files, ...pictures.map((name) => `images/${name}`)])
      await this.storage.remove(file);
    await removeGenomes(this.storage, []);
  }

  async writeRun(record: RunRecord): Promise<void> {
    await this.storage.write('run.json', json(record));
  }

  /** Keeps a line until the next `flushProgress`. */
  progress(record: ProgressRecord): void {
    this.#lines.push(JSON.stringify(record));
  }

  async flushProgress(): Promise<void> {
    if (this.#lines.length === 0) return;
    if (this.#torn) await this.cutProgress(this.#written);
    const lines = [...this.#lines];
    this.#torn = true;
    await this.storage.append('progress.jsonl', lines.join('\n') + '\n');
    this.#torn = false;
    this.#written += lines.length;
    this.#lines = this.#lines.slice(lines.length);
  }

  /** Drops the lines from a generation on, which a resumed run will write again. */
  async cutProgress(generations: number): Promise<void> {
    const bytes = await this.storage.read('progress.jsonl');
    const lines = new TextDecoder().decode(bytes ?? new Uint8Array()).split('\n');
    const kept = lines.slice(0, generations).filter((line) => line !== '');
    await this.storage.write('progress.jsonl', kept.map((line) => line + '\n').join(''));
    this.#written = kept.length;
    this.#torn = false;
  }

  async writePicture(cellClass: number, picture: Picture): Promise<void> {
    await this.storage.write(picturePath(cellClass), this.encode(picture));
  }

  /**
   * The archive for readers, then the checkpoint, so that the newest checkpoint never knows more than the pictures.
   * Genome files are there before, and those that it no longer names go with `removeOldGenomes` afterwards.
   */
  async writeState(cells: readonly CellRecord[], checkpoint: Checkpoint): Promise<void> {
    await this.storage.write('archive.json', json(cells));
    await this.storage.write(checkpointPath, json(checkpoint));
  }

  async removeOldGenomes(cells: readonly CellRecord[]): Promise<void> {
    await removeGenomes(
      this.storage,
      cells.map(({ genome }) => genome),
    );
  }

  async writeSummary(summary: RunSummary): Promise<void> {
    await this.storage.write('summary.json', json(summary));
  }
}

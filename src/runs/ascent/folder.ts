/** Writes an ascent's files through the storage that the host gives; every file is whole at any moment. */
import { clearFolder, type IsOurs } from '../clear-folder.ts';
import { numberedName, pictureName as classPictureName } from '../picture-name.ts';
import { ProgressLog } from '../progress-log.ts';
import type { Image } from '../../image/image.ts';
import type { EncodePicture } from '../evolution/folder.ts';
import { withChecksum, withChecksumIn } from '../../storage/checksum.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Objective } from '../../ascent/objective/objective.ts';
import { framePath } from './film-strip.ts';
import {
  ascentProgressSchema,
  type AscentHistory,
  type AscentProgress,
  type AscentRecord,
  type AscentRow,
  type AscentSummary,
  type TrialRecord,
} from './schema.ts';

const digits = (value: number): string => String(value).padStart(4, '0');

const json = (value: unknown): string => JSON.stringify(value, null, 1) + '\n';

/** By its number and label for a class, e.g. `0012-goldfish.png`; anything else by its place and name. */
export function pictureName({ name }: Objective, place: number, labels: readonly string[] = []): string {
  const [, number] = /^class (\d+)$/.exec(name) ?? [];
  return number === undefined
    ? numberedName(place, name)
    : classPictureName(Number(number), labels[Number(number)]);
}

/** Of the PNG that a run keeps of a picture that it starts from. */
export const startPath = (picture: number): string => `starts/${digits(picture)}.png`;

/** Where a trial keeps its pictures; a run of one trial has no others than those of the archive. */
export const trialFolder = (trial: number, trials: number): string =>
  trials === 1 ? 'images' : `trials/${digits(trial)}`;

/** The files of an ascent's run folder (docs/runs.md); every write throws what the storage throws. */
export class AscentFolder {
  readonly progress: ProgressLog<AscentProgress>;

  constructor(
    readonly storage: Storage,
    private readonly encode: EncodePicture,
    /** Of the run, where it has one. */
    private readonly mark?: string,
  ) {
    this.progress = new ProgressLog(storage, ascentProgressSchema, mark);
  }

  /** Removes the files of an earlier run, and nothing else that lies in the folder. */
  clear(isOurs: IsOurs): Promise<void> {
    return clearFolder(this.storage, isOurs);
  }

  /** `run.json`. */
  writeRun(record: AscentRecord): Promise<void> {
    return this.storage.write('run.json', json(withChecksum(record)));
  }

  /** A picture in the folder. @param path of it */
  writePicture(path: string, image: Image): Promise<void> {
    return this.storage.write(path, this.encode(image));
  }

  /**
   * The picture that objectives start from.
   * @param place among those pictures
   */
  writeStart(place: number, image: Image): Promise<void> {
    return this.writePicture(startPath(place), image);
  }

  /**
   * A picture of a film strip.
   * @param objective by number
   */
  writeFrame(objective: number, iteration: number, image: Image): Promise<void> {
    return this.writePicture(framePath(objective, iteration), image);
  }

  /** Copies a picture that is written already. */
  async copyPicture(from: string, to: string): Promise<void> {
    const bytes = await this.storage.read(from);
    if (bytes && from !== to) await this.storage.write(to, bytes);
  }

  /** `archive.json` and the histories: a row and a line for each objective. */
  async writeArchive(rows: readonly AscentRow[], histories: readonly AscentHistory[]): Promise<void> {
    await this.storage.write('archive.json', json(rows.map(withChecksumIn(this.mark))));
    const lines = histories.map(
      (history) => JSON.stringify(withChecksumIn(this.mark)(rounded(history))) + '\n',
    );
    await this.storage.write('history.jsonl', lines.join(''));
  }

  /** `trials.json`. */
  writeTrials(trials: readonly TrialRecord[]): Promise<void> {
    return this.storage.write('trials.json', json(trials.map(withChecksumIn(this.mark))));
  }

  /** `summary.json`. */
  writeSummary(summary: AscentSummary): Promise<void> {
    return this.storage.write('summary.json', json(withChecksumIn(this.mark)(summary)));
  }
}

/** To all that a float32 holds. */
const rounded = (history: AscentHistory): object =>
  JSON.parse(JSON.stringify(history, sevenDigits)) as object;

const sevenDigits = (_: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(7)) : value;

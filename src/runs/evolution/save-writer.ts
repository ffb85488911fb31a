/** How a run is saved: the loop hands over a snapshot, and a writer makes files of it, in this thread or in another. */
import type { Elite } from '../../evolution/archive.ts';
import type { Image } from '../../image/image.ts';
import type { CellRecord, ProgressRecord, RunPhaseTimes, RunRecord } from './records.ts';

/** An occupied cell at the moment of a save. */
export interface Occupied {
  readonly cell: number;
  readonly class: number;
  readonly elite: Elite;
}

/** A line of progress whose long part is handed over without being copied piece by piece. */
export interface ProgressLine {
  readonly record: Omit<ProgressRecord, 'confidences'>;
  readonly confidences: Float64Array<ArrayBuffer>;
}

/** Genomes of cells whose elite no save has kept yet, in the order of the cells. */
export type HandedGenomes = { readonly cells: readonly number[] } & (
  { readonly cppn: Float64Array<ArrayBuffer> } | { readonly direct: readonly Uint8Array<ArrayBuffer>[] }
);

/**
 * A generation's outcome, read out of a search that goes on meanwhile. It holds plain data alone, as little of it in objects as
 * can be, so that handing it to another thread takes next to no time.
 */
export interface Snapshot {
  /** Generations that are complete, and the times of the run until then. */
  readonly generations: number;
  readonly seconds: number;
  readonly milliseconds: RunPhaseTimes;
  readonly backgroundSaving: number;
  readonly elites: readonly Occupied[];
  /** As `numbersOf` gives them. */
  readonly ancestors: Float64Array<ArrayBuffer>;
  readonly genomes: HandedGenomes;
  /** Since the last save that has succeeded. */
  readonly lines: readonly ProgressLine[];
}

/** The picture of a class's elite. */
export interface ElitePicture {
  readonly class: number;
  readonly image: Image;
}

/** Makes the files of a run folder out of what a search hands over. */
export interface SaveWriter {
  /** Whether it writes beside the search: then the search does not wait for it. */
  readonly inBackground: boolean;
  /**
   * Saves everything but pictures. What a snapshot that was refused held is handed over once more.
   * @returns what went wrong and did no harm, in sentences
   * @throws what the storage throws; the state before is intact
   * @throws WriterLostError where it can save nothing any more
   */
  save(snapshot: Snapshot): Promise<readonly string[]>;
  /** Pictures of the elites that were saved last. */
  writePictures(pictures: readonly ElitePicture[]): Promise<void>;
  /** Ends it; what was being written is over then. */
  close(): Promise<void>;
}

/** The run that a writer writes, as plain data. */
export interface WriterSetup {
  readonly run: Pick<RunRecord, 'mark' | 'version' | 'model' | 'adapter' | 'namedPictures'>;
  /** Of the state that the run goes on from. */
  readonly cells: readonly CellRecord[];
  /** Class and elite of the pictures that the folder may have; null where it is not known of which elite they are. */
  readonly pictured: readonly (readonly [number: number, elite: number | null])[];
  /** Whether another writer has begun, and may have stopped anywhere. */
  readonly takesOver: boolean;
}

/** Makes a writer in the background, where the host can. */
export type OpenWriter = (setup: WriterSetup) => SaveWriter;

/** The thread that saved is gone; another writer has to take over. */
export class WriterLostError extends Error {
  override readonly name = 'WriterLostError';
}

/** What the thread of a search and a thread that saves say to each other: plain data. */
import type { ElitePicture, Snapshot, WriterSetup } from '../runs/evolution/save-writer.ts';

/** What a thread is started with. */
export interface ThreadSetup {
  /** The folder of the storage, which it must still be, and the run's folder within it. */
  readonly root: string;
  readonly identity: string | undefined;
  readonly folder: string;
  readonly writer: WriterSetup;
}

export type SavingQuestion = { readonly snapshot: Snapshot } | { readonly pictures: readonly ElitePicture[] };

/** Warnings of a save. */
export type SavingAnswer = readonly string[];

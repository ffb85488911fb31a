/** What a report is made of. */
import type { RunFolder } from './read-run.ts';

/** A run folder's records and pictures. */
export interface ReportInput extends RunFolder {
  /** PNG bytes by class. A class without a picture gets an empty place. */
  readonly pictures: ReadonlyMap<number, Uint8Array>;
}

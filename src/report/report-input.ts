/** What a report is made of. */
import type { PagePicture } from './picture.ts';
import type { PictureSheet, SheetPicture } from './picture-sheet.ts';
import type { FoundLineage } from '../runs/evolution/read-lineage.ts';
import type { SavedRun } from '../runs/evolution/read.ts';

/** A run folder's records and pictures. */
export interface ReportInput extends SavedRun {
  /** How the page calls the run: its folder's name. */
  readonly name: string;
  /** By class. A class without a picture gets an empty place. */
  readonly pictures: ReadonlyMap<number, PagePicture | SheetPicture>;
  /** That show those of many. */
  readonly sheets?: readonly PictureSheet[];
  /** Of the elites; a report without it says nothing of ancestors. */
  readonly lineage?: FoundLineage;
  /** Classes of whose ancestry the folder has a page, `lineage-CLASS.html`. */
  readonly lineagePages?: readonly number[];
  /**
   * By which a page of many pictures filters and sorts them, and draws their networks (`dist/report-page.js`); without it, it shows all
   * by class.
   */
  readonly script?: string;
}

/** The types of a run folder's files: what a report, a resume or a verification reads. Their schemas say what each field is. */
import type { z } from 'zod';
import type { Immutable } from '../immutable.ts';
import type {
  cellRecordSchema,
  genomeSchema,
  lineageSchema,
  phaseTimesSchema,
  progressRecordSchema,
  runRecordSchema,
  runSettingsSchema,
  runSummarySchema,
} from './schema.ts';

/** What the user asked for: the settings of the search, its length, and how the model is called. */
export type RunSettings = Immutable<z.infer<typeof runSettingsSchema>>;

/** `run.json`: written once at the start. */
export type RunRecord = Immutable<z.infer<typeof runRecordSchema>>;

/** A line of `progress.jsonl`. */
export type ProgressRecord = Immutable<z.infer<typeof progressRecordSchema>>;

/** `archive.json` is an array of these, one for each cell. */
export type CellRecord = Immutable<z.infer<typeof cellRecordSchema>>;

/** A genome in `archive.json` or a checkpoint. */
export type SerialisedGenome = Immutable<z.infer<typeof genomeSchema>>;

/** `lineage.json`: the elites of `archive.json` and their ancestors, each after its parent. */
export type LineageRecord = Immutable<z.infer<typeof lineageSchema>>;

/** Wall-clock milliseconds of a run by phase; those on the device by timestamp queries where there are any. */
export type RunPhaseTimes = Immutable<z.infer<typeof phaseTimesSchema>>;

/** `summary.json`: written at the end, and by every interruption. */
export type RunSummary = Immutable<z.infer<typeof runSummarySchema>>;

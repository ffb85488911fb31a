/** Run folders: starting and resuming what is recorded, reading and replaying what was. */
export { ascentBatch } from '../ascent/batch-size.ts';
export { checkSettings, type SettingsModel } from '../ascent/check-settings.ts';
export type { AscentHooks, InterruptedAscent } from '../ascent/ascend.ts';
export type { Hyperparameter, RuleName } from '../ascent/optimiser/hyperparameters.ts';
export type { OptimiserState } from '../ascent/optimiser/optimiser.ts';
export type { Progress, Standing } from '../ascent/standing.ts';
export type { Best, Trajectory } from '../ascent/trajectory.ts';
export type { ObjectiveModel } from '../ascent/objective/check-objective.ts';
export type { Range, Ranges } from '../ascent/search/ranges.ts';
export { classObjectives, parseObjective } from '../ascent/objective/parse-objective.ts';
export { comparisonTrials, sampleTrials } from '../ascent/search/trials.ts';
export type { AscentSettings, Trial } from '../ascent/settings.ts';
export type { AscentFolder } from './ascent/folder.ts';
export type { RecorderOptions } from './ascent/recorder.ts';
export { recordAscent, type RecordingHooks } from './ascent/record.ts';
export type { AscentRunSettings } from './ascent/settings-schema.ts';
export {
  newAscent,
  resumedAscent,
  type AscentSetup,
  type RecordedAscent,
  type StartPicture,
} from './ascent/start.ts';
export { readAscent, type SavedAscent } from './ascent/read.ts';
export type {
  AscentHistory,
  AscentProgress,
  AscentRecord,
  AscentRow,
  AscentSummary,
} from './ascent/schema.ts';
export type { EncodePicture } from './evolution/folder.ts';
export { readLineage, type FoundLineage } from './evolution/read-lineage.ts';
export { readRun, type SavedRun } from './evolution/read.ts';
export type {
  CellRecord,
  LineageRecord,
  ProgressRecord,
  RunRecord,
  RunSettings,
  RunSummary,
  SerialisedGenome,
} from './evolution/records.ts';
export { replay, type Replay, type Replayed } from './evolution/replay.ts';
export type { FolderRecorder } from './evolution/recorder.ts';
export type {
  ElitePicture,
  HandedGenomes,
  Occupied,
  OpenWriter,
  ProgressLine,
  SaveWriter,
  Snapshot,
  WriterSetup,
} from './evolution/save-writer.ts';
export type { IsOurs } from './clear-folder.ts';
export type { ProgressLog } from './progress-log.ts';
export type { Immutable } from './immutable.ts';
export { carryOut } from './evolution/carry-out.ts';
export {
  folderRecorder,
  newEvolution,
  resumedEvolution,
  type EvolutionRun,
  type EvolutionSetup,
  type FolderOptions,
} from './evolution/start.ts';
export { MemoryStorage, type Storage } from '../storage/storage.ts';

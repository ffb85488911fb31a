/** The platform-neutral core: give it a GPUDevice's adapter and a storage. */
export { ascend } from './ascent/ascend.ts';
export { createAscent, type Ascent, type AscentImage, type AscentStep } from './ascent/ascent.ts';
export {
  fromImages,
  gaussianNoise,
  meanImage,
  uniformNoise,
  type AscentOptions,
  type AscentStart,
} from './ascent/ascent-options.ts';
export {
  awayFrom,
  logit,
  logProbability,
  probability,
  sum,
  times,
  unit,
  type ObjectiveSource,
} from './ascent/objective/build.ts';
export { adam, constant, normalised, progress, sign } from './ascent/optimiser/rules.ts';
export { cppn, fourier, pixels } from './ascent/parametrisation/create.ts';
export type { Parametrisation, ParametrisationContext } from './ascent/parametrisation/parametrisation.ts';
export { AscentSettingsError } from './ascent/settings-error.ts';
export { jitter, rotate, scale, type Transform } from './ascent/transforms.ts';
export type { AscentHooks, PreparedAscent } from './ascent/ascend.ts';
export type { AscentRecorder } from './ascent/recorder.ts';
export { ascentBatch } from './ascent/batch-size.ts';
export { checkSettings } from './ascent/check-settings.ts';
export type { Objective, Term } from './ascent/objective/objective.ts';
export { classObjectives, parseObjective } from './ascent/objective/parse-objective.ts';
export { presets } from './ascent/optimiser/presets.ts';
export type { AscentHistory, AscentProgress, AscentRow, AscentSummary } from './runs/ascent/schema.ts';
export { comparisonTrials, sampleTrials } from './ascent/search/trials.ts';
export type { AscentSettings, Climb, Matrix, OwnParametrisation, OwnTransform } from './ascent/settings.ts';
export { imagenetLabels } from './datasets/imagenet-labels.ts';
export type { CppnGenome, DirectGenome, Genome } from './genome/genome.ts';
export { CppnPopulation } from './genome/cppn-population.ts';
export { DirectPopulation } from './genome/direct-population.ts';
export type { Population, PopulationSettings } from './genome/population.ts';
export { Archive, type Candidate, type Elite, type Replacement } from './evolution/archive.ts';
export {
  evolve,
  evolveSearch,
  type EvolutionResult,
  type Evolved,
  type EvolveOptions,
  type EvolveSearchOptions,
  type FollowOptions,
} from './evolution/evolve.ts';
export { PopulationError, SearchMemoryError } from './evolution/limits.ts';
export type { PhaseTimes } from './evolution/phase-times.ts';
export type {
  FinishEvent,
  GenerationEvent,
  OpenRecorder,
  Recorder,
  SearchProgress,
} from './evolution/recorder.ts';
export { createSearch, type BestChild, type Search, type SearchOptions } from './evolution/search.ts';
export type { ArchiveElite, SearchArchive } from './evolution/search-archive.ts';
export {
  ClassError,
  defaultSettings,
  SearchSettingsError,
  type Encoding,
  type SearchSettings,
} from './evolution/settings.ts';
export { Lineage, lineTo, stepsOf, type Ancestor, type Birth, type Step } from './evolution/lineage.ts';
export {
  ancestryLengths,
  goalSwitching,
  type AncestryLength,
  type GoalSwitching,
} from './evolution/lineage-statistics.ts';
export type {
  CellRecord,
  LineageRecord,
  ProgressRecord,
  RunRecord,
  RunSettings,
  RunSummary,
  SerialisedGenome,
} from './runs/evolution/records.ts';
export { Scheduler, type GenerationRequest, type Winner } from './evolution/scheduler.ts';
export { recordAscent, type RecordingHooks } from './runs/ascent/record.ts';
export type { AscentRunSettings } from './runs/ascent/settings-schema.ts';
export { newAscent, resumedAscent, type AscentSetup, type RecordedAscent } from './runs/ascent/start.ts';
export { carryOut } from './runs/evolution/carry-out.ts';
export {
  folderRecorder,
  newEvolution,
  resumedEvolution,
  type EvolutionRun,
  type EvolutionSetup,
  type FolderOptions,
} from './runs/evolution/start.ts';
export { replay, type Replay, type Replayed } from './runs/evolution/replay.ts';
export { readLabels } from './formats/label-file.ts';
export { readMeanImage } from './formats/mean-image.ts';
export type { MeanImage } from './formats/mean-of-images.ts';
export { readWeights, weightFormat } from './formats/read-weights.ts';
export { Gpu, type AdapterDescription, type AdapterKind } from './gpu/device.ts';
export { GpuError, GpuLimitError } from './gpu/errors.ts';
export { Program, run } from './gpu/program.ts';
export { createClassifier, type Classifier } from './model/classifier.ts';
export {
  confidencesOf,
  evaluateAccuracy,
  evaluateBatches,
  type Accuracy,
  type LabelledBatch,
} from './model/evaluation.ts';
export { describeModel, type LayerDescription, type ModelDescription } from './model/model-description.ts';
export { fitImage } from './image/fit-image.ts';
export type { Image, ImageExtent } from './image/image.ts';
export { createJudge, imagesAtATime, type Judge } from './model/judge.ts';
export { alexnetTorchvision } from './model/architectures/alexnet-torchvision.ts';
export { alexnet, caffenet } from './model/architectures/caffenet.ts';
export { importModel, type ImportOptions, type Imported } from './weights/import-model.ts';
export { lenet } from './model/architectures/lenet.ts';
export { writeModel, type Model } from './model/model.ts';
export { readModel } from './weights/read-model.ts';
export type { Checkpoints } from './model/training/background-saver.ts';
export {
  readTrainingCheckpoint as readCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
} from './model/training/training-checkpoint.ts';
export type { TrainingState } from './model/training/training-state.ts';
export { train, lenetDescent, type Trained, type TrainingOptions } from './model/training/training.ts';
export type { Architecture, Layer } from './network/layer.ts';
export { createNetwork, deviceBytes, type Network } from './network/network.ts';
export { uploadParameters } from './network/upload.ts';
export { renderAscentReport } from './report/ascent-report.ts';
export { composeGrid } from './report/grid.ts';
export { readAscent } from './runs/ascent/read.ts';
export { readLineage } from './runs/evolution/read-lineage.ts';
export { readRun } from './runs/evolution/read.ts';
export { renderReport } from './report/evolution-report.ts';
export { MemoryStorage, type Storage } from './storage/storage.ts';
export { version } from './version.ts';

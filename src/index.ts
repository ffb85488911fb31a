/** The library, platform-neutral: a device, models that classify, evolution and gradient ascent that fool them. */
export { Gpu, type AdapterDescription, type AdapterKind, type GpuOptions } from './gpu/device.ts';
export { DeviceLostError, GpuError, GpuLimitError } from './gpu/errors.ts';
export type { GpuMemory } from './gpu/live-buffers.ts';
export { SentenceError, type Sentence, type Setting } from './util/sentence.ts';
export type { Resource } from './util/resources.ts';

export type { ImageDataset } from './datasets/dataset.ts';
export { imagenetLabels } from './datasets/imagenet-labels.ts';
export { fitImage } from './image/fit-image.ts';
export type { Image, ImageExtent } from './image/image.ts';
export { alexnetTorchvision } from './model/architectures/alexnet-torchvision.ts';
export { alexnet, caffenet } from './model/architectures/caffenet.ts';
export { lenet } from './model/architectures/lenet.ts';
export { classify, type ClassifyOptions } from './model/classify.ts';
export { describeModel, type LayerDescription, type ModelDescription } from './model/model-description.ts';
export {
  ImageShapeError,
  confidencesOf,
  evaluateAccuracy,
  evaluateBatches,
  type Accuracy,
  type LabelledBatch,
} from './model/evaluation.ts';
export { createJudge, type Judge } from './model/judge.ts';
export { likeliest, type Guess } from './model/likeliest.ts';
export type { RandomViews } from './model/crops.ts';
export type { Model } from './model/model.ts';
export { NotFiniteError } from './model/not-finite.ts';
export type { Preprocessing } from './model/preprocessing.ts';
export type { Checkpoints } from './model/training/background-saver.ts';
export {
  readTrainingCheckpoint as readCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
} from './model/training/training-checkpoint.ts';
export type { TrainingState } from './model/training/training-state.ts';
export {
  lenetDescent,
  train,
  type Trained,
  type TrainingOptions,
  type TrainingProgress,
} from './model/training/training.ts';
export type { Architecture, Layer } from './network/layer.ts';
export type { DenseStorage } from './network/parameters.ts';
export type { Descent } from './network/trainer.ts';
export { readModel } from './weights/read-model.ts';

export { Archive, type Candidate, type Elite, type Replacement } from './evolution/archive.ts';
export {
  evolve,
  evolveSearch,
  type EvolutionResult,
  type EvolveOptions,
  type EvolveSearchOptions,
  type Evolved,
  type FollowOptions,
} from './evolution/evolve.ts';
export { PopulationError, SearchMemoryError, type SearchMemory } from './evolution/limits.ts';
export {
  ancestryLengths,
  goalSwitching,
  type AncestryLength,
  type CellSwitches,
  type CountedElite,
  type GoalSwitching,
} from './evolution/lineage-statistics.ts';
export {
  Lineage,
  lineTo,
  stepsOf,
  type Ancestor,
  type Birth,
  type Descendant,
  type LivingElite,
  type Step,
  type Win,
} from './evolution/lineage.ts';
export type { PhaseTimes } from './evolution/phase-times.ts';
export type {
  FinishEvent,
  GenerationEvent,
  OpenRecorder,
  Recorder,
  SearchProgress,
} from './evolution/recorder.ts';
export { Scheduler, type GenerationRequest, type Winners } from './evolution/scheduler.ts';
export type { ArchiveElite, SearchArchive } from './evolution/search-archive.ts';
export { createSearch, type BestChild, type Search, type SearchOptions } from './evolution/search.ts';
export {
  ClassError,
  SearchSettingsError,
  defaultSettings,
  type Encoding,
  type SearchSettings,
} from './evolution/settings.ts';
export type { ConfidenceStatistics } from './util/confidence-statistics.ts';
export type { BreedingHost } from './genome/cppn-breeders.ts';
export type { Coordinates } from './genome/cppn-coordinates.ts';
export type { CppnConnection, CppnGenome, CppnNode, DirectGenome, Genome } from './genome/genome.ts';

export {
  fromImages,
  gaussianNoise,
  meanImage,
  uniformNoise,
  type AscentOptions,
  type AscentStart,
  type StartImages,
} from './ascent/ascent-options.ts';
export { createAscent, type Ascent, type AscentImage, type AscentStep } from './ascent/ascent.ts';
export {
  awayFrom,
  logProbability,
  logit,
  probability,
  sum,
  times,
  unit,
  type AwayFrom,
  type ClassName,
  type NamedClassTerm,
  type ObjectiveSource,
  type ObjectiveSum,
} from './ascent/objective/build.ts';
export type { ClassTerm, Objective, Term, UnitTerm } from './ascent/objective/objective.ts';
export { presets, type Preset, type PresetName } from './ascent/optimiser/presets.ts';
export { adam, constant, normalised, progress, sign } from './ascent/optimiser/rules.ts';
export { cppn, fourier, pixels } from './ascent/parametrisation/create.ts';
export type {
  ClimbableParametrisation,
  DrawAround,
  Parametrisation,
  ParametrisationContext,
  ParametrisationShape,
} from './ascent/parametrisation/parametrisation.ts';
export { AscentSettingsError } from './ascent/settings-error.ts';
export type {
  Ball,
  Climb,
  Matrix,
  OwnParametrisation,
  OwnTransform,
  ParametrisationSettings,
  Start,
  StepRule,
  Transformation,
} from './ascent/settings.ts';
export { jitter, rotate, scale, type Transform } from './ascent/transforms.ts';

export { version } from './version.ts';

/** The platform-neutral core: give it a GPUDevice's adapter and a storage. */
export { ascend } from './ascent/ascend.ts';
export type { Ascent, AscentHooks } from './ascent/ascent.ts';
export { ascentBatch } from './ascent/batch.ts';
export { checkSettings } from './ascent/check-settings.ts';
export type { Objective, Term } from './ascent/objective.ts';
export { classObjectives, parseObjective } from './ascent/parse-objective.ts';
export { presets } from './ascent/presets.ts';
export type { AscentHistory, AscentProgress, AscentRow, AscentSummary } from './ascent/records.ts';
export { comparisonTrials, sampleTrials } from './ascent/search.ts';
export type { AscentSettings, Climb } from './ascent/settings.ts';
export { imagenetLabels } from './datasets/imagenet-labels.ts';
export type { CppnGenome, DirectGenome, SerialisedGenome } from './encodings/encoding.ts';
export { CppnPopulation } from './encodings/cppn-population.ts';
export { DirectPopulation } from './encodings/direct-population.ts';
export type { Population, PopulationSettings } from './encodings/population.ts';
export { Archive, type Candidate, type Elite, type Replacement } from './evolution/archive.ts';
export type { Evolution, EvolutionHooks } from './evolution/evolution.ts';
export { evolve } from './evolution/evolve.ts';
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
} from './evolution/run-record.ts';
export { Scheduler, type Request, type Winner } from './evolution/scheduler.ts';
export { newAscent, resumedAscent, type AscentSetup } from './runs/ascent-run.ts';
export { newEvolution, resumedEvolution, type EvolutionSetup } from './runs/evolution-run.ts';
export { replay, type Replay, type Replayed } from './runs/replay.ts';
export { readLabels } from './formats/label-file.ts';
export { readMeanImage } from './formats/mean-image.ts';
export type { MeanImage } from './formats/mean-of-images.ts';
export { readWeights, weightFormat } from './formats/read-weights.ts';
export { Gpu, type AdapterDescription, type AdapterKind } from './gpu/device.ts';
export { GpuError, GpuLimitError } from './gpu/errors.ts';
export { Program, run } from './gpu/program.ts';
export { createClassifier, type Classifier } from './models/classifier.ts';
export {
  confidencesOf,
  evaluateAccuracy,
  evaluateBatches,
  type Accuracy,
  type LabelledBatch,
} from './models/evaluation.ts';
export { describeModel, type LayerDescription, type ModelDescription } from './models/describe.ts';
export { fitImage, type PlanarImage } from './models/fit-image.ts';
export { createJudge, imagesAtATime, type Judge } from './models/judge.ts';
export { alexnetTorchvision } from './models/alexnet-torchvision.ts';
export { alexnet, caffenet } from './models/caffenet.ts';
export { importModel, type ImportOptions, type Imported } from './models/import.ts';
export { lenet } from './models/lenet.ts';
export { writeModel, type Model } from './models/model.ts';
export { readModel } from './models/read-model.ts';
export type { Checkpoints } from './models/background-saver.ts';
export { readCheckpoint, writeCheckpoint, type TrainingCheckpoint } from './models/training-checkpoint.ts';
export type { TrainingState } from './models/training-state.ts';
export { train, lenetDescent, type Trained, type TrainingOptions } from './models/training.ts';
export type { Architecture, Layer } from './nn/layer.ts';
export { createNetwork, deviceBytes, type Network } from './nn/network.ts';
export { uploadParameters } from './nn/upload.ts';
export { renderAscentReport } from './report/ascent-report.ts';
export { composeGrid } from './report/grid.ts';
export { readAscent } from './report/read-ascent.ts';
export { readLineage } from './report/read-lineage.ts';
export { readRun } from './report/read-run.ts';
export { renderReport } from './report/report.ts';
export { MemoryStorage, type Storage } from './storage/storage.ts';
export { version } from './version.ts';

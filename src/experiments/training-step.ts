/** A training as a step of an experiment: its weights are a file in the experiment's folder, and it resumes from a checkpoint. */
import { z } from 'zod';
import type { ImageDataset } from '../datasets/dataset.ts';
import { fingerprintOf } from '../datasets/fingerprint.ts';
import { sha256Hex } from '../formats/sha256.ts';
import type { Gpu } from '../gpu/device.ts';
import { lenet } from '../model/architectures/lenet.ts';
import { writeModel, type Model } from '../model/model.ts';
import { readModel } from '../weights/read-model.ts';
import type { TrainingPlan } from '../model/training/training-checkpoint.ts';
import { lenetDescent, preprocessingFor, train } from '../model/training/training.ts';
import { RunFolderError } from '../runs/read-files.ts';
import { version } from '../version.ts';
import type { Host, NamedModel, StepHost } from './experiment.ts';
import { checkpointIn, checkpointsInto } from './training-checkpoints.ts';
import { sentence, setting } from '../util/sentence.ts';

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

/** @returns undefined where the host stopped it: there is a checkpoint then, from which it goes on bit for bit */
export async function trainNetwork(
  gpu: Gpu,
  task: TrainingTask,
  host: StepHost,
): Promise<(TrainedNetwork & { readonly model: Model }) | undefined> {
  const { id, data, epochs, seed } = task;
  const path = checkpointPath(id);
  const plan = await planOf(gpu, task);
  const from = await checkpointIn(host, path, plan);
  const started = host.now() - 1000 * (from?.seconds ?? 0);
  const seconds = () => (host.now() - started) / 1000;
  const { model, complete } = await train(gpu, lenet(data.classes), data, preprocessingFor(data, 1 / 256), {
    ...{ epochs, seed, descent: lenetDescent, now: host.now, shouldStop: host.shouldStop },
    ...(from && { from }),
    checkpoints: checkpointsInto(host, path, plan, seconds),
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
      sentence`${path} ${problem ?? ''}; delete steps/${id}.json and resume, to train it again, or start the experiment anew with ${setting('replace')}`,
    );
  return { model: readModel(bytes, path, id), sha256 };
}

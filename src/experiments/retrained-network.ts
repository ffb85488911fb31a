/** Networks that an experiment has trained itself, as files of its folder. */
import { writeModel, type Model } from '../model/model.ts';
import { sha256Hex } from '../formats/sha256.ts';
import { readModel } from '../weights/read-model.ts';
import type { Host, NamedModel } from './experiment.ts';
import { SentenceError, sentence, setting } from '../util/sentence.ts';

export const retrainedPath = (name: string): string => `models/${name}.safetensors`;

/** @throws an Error where it is missing, WeightFileError where it is damaged */
export async function readNetwork({ storage }: Host, name: string): Promise<NamedModel> {
  const path = retrainedPath(name);
  const bytes = await storage.read(path);
  if (!bytes)
    throw new SentenceError(
      sentence`${path} is missing, which this experiment has written: start it anew with ${setting('replace')}`,
    );
  return { model: readModel(bytes, path, name), sha256: await sha256Hex(bytes) };
}

export async function writeNetwork({ storage }: Host, name: string, model: Model): Promise<void> {
  await storage.write(retrainedPath(name), writeModel(model));
}

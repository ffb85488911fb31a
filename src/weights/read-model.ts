/** Reads a network of any of the formats. */
import { readWeights } from '../formats/read-weights.ts';
import { importModel } from './import-model.ts';
import type { Model } from '../model/model.ts';

/**
 * @param bytes of a weight file of any format; one that is not our own has the preprocessing that is usual for its
 *   architecture
 * @param name what the user called the model, for messages and records
 * @param architecture overrides the one that the file names
 * @throws WeightFileError, WeightShapeError saying what is wrong with the file
 */
export function readModel(bytes: Uint8Array, fileName: string, name: string, architecture?: string): Model {
  const options = architecture === undefined ? {} : { architecture };
  return importModel(readWeights(bytes, fileName), fileName, name, options).model;
}

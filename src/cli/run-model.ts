/** The model that a run was made with, and no other. */
import type { RunRecord } from '../runs/evolution/records.ts';
import type { Model } from '../model/model.ts';
import { loadModel, UnknownModelError } from '../node/model-file.ts';
import { RunFolderError } from '../runs/read-files.ts';
import { sentence } from '../util/sentence.ts';

/**
 * @param modelName as the user called it when the run was started
 * @param moved where it is now, when it has moved
 * @param folder the run's, for messages
 * @throws RunFolderError where it is another
 */
export async function loadModelOf(
  { model: recorded }: Pick<RunRecord, 'model'>,
  modelName: string,
  moved: string | undefined,
  folder: string,
): Promise<Model> {
  const { model, sha256 } = await loadModel(moved ?? modelName, recorded.architecture).catch(
    (error: unknown) => {
      if (moved !== undefined || !(error instanceof UnknownModelError)) throw error;
      throw new RunFolderError(
        sentence`${folder} was made with the model "${modelName}", which is not there: say with --model where it is (${error.sentence})`,
      );
    },
  );
  if (sha256 === recorded.sha256) return model;
  throw new RunFolderError(
    `${folder} was made with another ${modelName} (SHA-256 ${recorded.sha256}, here ${sha256})`,
  );
}

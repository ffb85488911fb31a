/** What `run.json` alone says of a run that a gallery is to show: enough to plan, without its pictures or genomes. */
import type { DenseStorage } from '../../network/parameters.ts';
import type { RunRecord } from '../../runs/evolution/records.ts';
import type { Storage } from '../../storage/storage.ts';
import { readAscentRecord } from '../../runs/ascent/read.ts';
import { readRunRecord, RunFolderError } from '../../runs/evolution/read.ts';
import { readRunKind } from '../../runs/read-files.ts';
import type { Method } from './gallery-data.ts';
import { mostPictures } from './gallery-record.ts';

export interface SurveyedRun {
  readonly storage: Storage;
  /** As the user called the folder. */
  readonly name: string;
  readonly method: Method;
  readonly model: Pick<RunRecord['model'], 'name' | 'architecture' | 'sha256' | 'image'>;
  /** As the user called the model. */
  readonly modelName: string;
  readonly crops: 1 | 10;
  readonly denseStorage: DenseStorage;
  readonly seed: number;
  readonly started: string;
  readonly mark?: string;
  /** Most pictures that it can have. */
  readonly pictures: number;
}

/**
 * @param name how messages call the folder
 * @throws RunFolderError when `run.json` is damaged, or of a run that a gallery cannot show
 */
export async function surveyRun(storage: Storage, name: string): Promise<SurveyedRun> {
  const survey =
    (await readRunKind(storage, name)) === 'ascent'
      ? await surveyAscent(storage, name)
      : await surveyEvolution(storage, name);
  if (survey.pictures <= mostPictures) return survey;
  throw new RunFolderError(
    `run.json has ${String(survey.pictures)} pictures, a gallery takes ${String(mostPictures)} of a run`,
  );
}

async function surveyEvolution(storage: Storage, name: string): Promise<SurveyedRun> {
  const record = await readRunRecord(storage, name);
  const { settings, model } = record;
  return {
    ...common(storage, name, record),
    method: settings.encoding,
    crops: settings.crops,
    pictures: settings.classes?.length ?? model.labels.length,
  };
}

async function surveyAscent(storage: Storage, name: string): Promise<SurveyedRun> {
  const record = await readAscentRecord(storage, name);
  const { objectives } = record.settings;
  return { ...common(storage, name, record), method: 'ascent', crops: 1, pictures: objectives.length };
}

interface CommonRecord extends Pick<RunRecord, 'started' | 'mark' | 'model'> {
  readonly settings: { readonly model: string; readonly seed: number; readonly denseWeights?: DenseStorage };
}

/** Without the labels, which are not needed twice. */
function common(storage: Storage, name: string, { settings, model, started, mark }: CommonRecord) {
  const { name: its, architecture, sha256, image } = model;
  return {
    storage,
    name,
    model: { name: its, architecture, sha256, image },
    modelName: settings.model,
    denseStorage: settings.denseWeights ?? 'f32',
    seed: settings.seed,
    started,
    ...(mark !== undefined && { mark }),
  } as const;
}

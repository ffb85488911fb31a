/** What of a folder's pictures belongs to the run that is there, as its record says. */
import { pictureName } from './ascent/folder.ts';
import { ascentRecordSchema } from './ascent/schema.ts';
import type { IsOurs } from './clear-folder.ts';
import { picturePath } from './evolution/folder.ts';
import { runRecordSchema } from './evolution/schema.ts';
import { readJson, RunFolderError } from './read-files.ts';
import type { Storage } from '../storage/storage.ts';

/** Where there is no record that can be read, none is taken for the run's. */
export async function picturesOf(storage: Storage): Promise<IsOurs> {
  const names = new Set(await namesOf(storage));
  return (name) => names.has(name);
}

async function namesOf(storage: Storage): Promise<string[]> {
  try {
    const record = await readJson(storage, 'run.json', ascentRecordSchema.or(runRecordSchema));
    if (!record) return [];
    const { model } = record;
    if ('kind' in record)
      // An ascent that an older version began has named some by their numbers alone.
      return record.settings.objectives.flatMap((objective, place) => [
        pictureName(objective, place),
        pictureName(objective, place, model.labels),
      ]);
    return (record.settings.classes ?? [...model.labels.keys()]).map((number) =>
      picturePath(record, number).replace(/^.*\//, ''),
    );
  } catch (error) {
    if (error instanceof RunFolderError) return [];
    throw error;
  }
}

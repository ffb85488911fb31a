/** Empties an experiment's folder of what it has written there, and of nothing else. */
import { clearFolder } from '../runs/clear-folder.ts';
import { picturesOf } from '../runs/replaced-run.ts';
import { folderBelow } from '../storage/folder-below.ts';
import type { Storage } from '../storage/storage.ts';
import { runFolder } from './evolution-step.ts';
import {
  conclusionPath,
  figurePath,
  readConclusion,
  readRecord,
  recordPath,
  RunFolderError,
  stepPath,
} from './experiment-record.ts';
import { experimentNamed, UnknownExperimentError } from './registry.ts';

/** Where the record cannot be read, only the record goes. */
export async function clearExperiment(storage: Storage): Promise<void> {
  for (const path of await filesOf(storage)) await storage.remove(path);
  for (const path of ['report.html', conclusionPath, recordPath]) await storage.remove(path);
}

async function filesOf(storage: Storage): Promise<string[]> {
  try {
    const record = await readRecord(storage);
    if (!record) return [];
    const { steps } = experimentNamed(record.name).plan(record.settings);
    for (const { id } of steps) {
      const folder = folderBelow(storage, runFolder(id));
      await clearFolder(folder, await picturesOf(folder));
      await folder.remove('run.json');
    }
    const conclusion = await readConclusion(storage, record).catch(() => undefined);
    return [
      ...steps.flatMap(({ id, files = [] }) => [stepPath(id), ...files]),
      ...(conclusion?.figures ?? []).map(({ file }) => figurePath(file)),
    ];
  } catch (error) {
    if (error instanceof RunFolderError || error instanceof UnknownExperimentError) return [];
    throw error;
  }
}

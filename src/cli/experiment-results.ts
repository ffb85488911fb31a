/** `fool experiment report`: the results of several folders on one page, with their figures beside it. */
import { basename, dirname } from 'node:path';
import { copyPath, renderResults, resultId, type Result } from '../experiments/results-page.ts';
import { figurePath, readConclusion, readRecord } from '../experiments/experiment-record.ts';
import { experimentNamed, experiments } from '../experiments/registry.ts';
import { optionsFrom } from '../experiments/experiment-settings.ts';
import { FileStorage } from '../node/file-storage.ts';
import { resumeLine } from './shell-words.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** @throws UsageError, RunFolderError naming the folder that holds no experiment, or one that is not done */
export async function writeResults(
  folders: readonly string[],
  out: string,
  terminal: Terminal,
): Promise<void> {
  const target = new FileStorage(dirname(out));
  const results: (Result & { readonly storage: FileStorage })[] = [];
  for (const folder of new Set(folders)) {
    const storage = new FileStorage(folder);
    const record = await readRecord(storage);
    if (!record) throw new UsageError(`${folder} holds no experiment`);
    const conclusion = await readConclusion(storage, record);
    if (!conclusion)
      throw new UsageError(
        `the experiment in ${folder} is not done: go on with: ${resumeLine(['experiment', record.name], folder)}`,
      );
    const { settings } = experimentNamed(record.name);
    const options = optionsFrom(settings, record.scale, record.settings);
    results.push({ record, conclusion, storage, options, id: resultId(record, results) });
  }
  const place = ({ record: { name } }: Result) => experiments.findIndex((each) => each.name === name);
  results.sort((one, other) => place(one) - place(other));
  for (const result of results) {
    for (const { file } of result.conclusion.figures) {
      const bytes = await result.storage.read(figurePath(file));
      if (!bytes)
        throw new UsageError(`${figurePath(file)} is missing in the folder of ${result.record.name}`);
      await target.write(copyPath(result, file), bytes);
    }
  }
  await target.write(basename(out), renderResults(results));
  terminal.line(out);
  terminal.json({ out, experiments: results.map(({ record: { name, scale } }) => ({ name, scale })) });
}

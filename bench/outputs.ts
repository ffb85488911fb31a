/** What a measuring run leaves behind: the results file, its page, a trace of the dispatches. */
import { UsageError } from '../src/cli/usage-error.ts';
import { makeFolderOf, saveFile } from '../src/node/save-file.ts';
import { writeBenchReport } from './report-command.ts';
import { resultsOf } from './results-file.ts';
import { traceOf, type Timeline } from './trace.ts';

export interface OutputOptions {
  /** Results file. */
  readonly json?: string;
  /** Page. */
  readonly report?: string;
  /** Trace for Perfetto. */
  readonly trace?: string;
}

/**
 * Before an hour of work: whether there will be what was asked for, and a place for it.
 * @param sections that will be measured
 * @throws UsageError, StorageError
 */
export async function checkOutputs(options: OutputOptions, sections: readonly string[]): Promise<void> {
  const { json, report, trace } = options;
  if (trace !== undefined && !sections.includes('networks'))
    throw new UsageError('--trace shows the dispatches of networks; add the section networks');
  for (const path of [json, report, trace]) if (path !== undefined) await makeFolderOf(path);
}

/**
 * Writes what was asked for.
 * @param results of the shape that `readResults` reads
 * @returns the files that were written
 * @throws StorageError
 */
export async function writeOutputs(
  results: object,
  timelines: readonly Timeline[],
  { json, report, trace }: OutputOptions,
): Promise<string[]> {
  const text = JSON.stringify(results, null, 1) + '\n';
  if (json !== undefined) await save(json, text);
  const read = resultsOf(JSON.parse(text), 'what was measured');
  if (report !== undefined) await writeBenchReport(read, report);
  if (trace !== undefined) {
    if (timelines.length === 0)
      throw new Error(
        `${trace} is not written: ${read.adapter.name} has no clock (timestamp-query) for a trace`,
      );
    const { adapter, commit, date } = read;
    const about = { adapter: adapter.name, driver: adapter.description, commit, date };
    await save(trace, JSON.stringify(traceOf(timelines, about)) + '\n');
  }
  return [json, report, trace].filter((path) => path !== undefined);
}

const save = (path: string, text: string) => saveFile(path, new TextEncoder().encode(text));

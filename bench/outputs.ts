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
 * Writes what was asked for beside the results file.
 * @param results of the shape that `readResults` reads
 * @returns the files that were written
 * @throws StorageError
 */
export async function writeOutputs(
  results: object,
  timelines: readonly Timeline[],
  { report, trace }: Omit<OutputOptions, 'json'>,
): Promise<string[]> {
  const read = resultsOf(JSON.parse(JSON.stringify(results)), 'what was measured');
  if (report !== undefined) await writeBenchReport(read, report);
  const isShown = trace !== undefined && !(read.partial && timelines.length === 0);
  if (isShown) {
    if (timelines.length === 0)
      throw new Error(
        `${trace} is not written: ${read.adapter.name} has no clock (timestamp-query) for a trace`,
      );
    const { adapter, commit, date } = read;
    const about = { adapter: adapter.name, driver: adapter.description, commit, date };
    const text = JSON.stringify(traceOf(timelines, about)) + '\n';
    await saveFile(trace, new TextEncoder().encode(text));
  }
  return [report, isShown ? trace : undefined].filter((path) => path !== undefined);
}

/** What a measuring run leaves behind: the results file, its page, a trace of the dispatches. */
import { resolve } from 'node:path';
import { UsageError } from '../../src/cli/usage-error.ts';
import { makeFolderOf, saveFile } from '../../src/node/save-file.ts';
import { csvOf } from './csv.ts';
import { markdownOf } from './markdown.ts';
import { writeBenchReport } from './report-command.ts';
import { checkedResults } from './results-file.ts';
import { traceOf, type Timeline } from '../sampling/trace.ts';

export interface OutputOptions {
  /** Results file. */
  readonly json?: string;
  /** Table for spreadsheets. */
  readonly csv?: string;
  /** Tables as Markdown. */
  readonly markdown?: string;
  /** Page. */
  readonly report?: string;
  /** Trace for Perfetto. */
  readonly trace?: string;
}

const names = ['json', 'csv', 'markdown', 'report', 'trace'] as const;

/** The files that are asked for, with the option that asks for each. */
export function filesOf(options: OutputOptions): { option: (typeof names)[number]; path: string }[] {
  return names.flatMap((option) => {
    const path = options[option];
    return path === undefined ? [] : [{ option, path }];
  });
}

/**
 * Before an hour of work: whether there will be what was asked for, and a place for it.
 * @param sections that will be measured
 * @throws UsageError, StorageError
 */
export async function checkOutputs(options: OutputOptions, sections: readonly string[]): Promise<void> {
  const { trace } = options;
  if (trace !== undefined && !sections.includes('networks'))
    throw new UsageError('--trace shows the dispatches of networks; add the section networks');
  const given = filesOf(options);
  for (const { option, path } of given) {
    const same = given.find((other) => other.option !== option && resolve(other.path) === resolve(path));
    if (same) throw new UsageError(`--${option} and --${same.option} name one file, ${path}`);
    await makeFolderOf(path);
  }
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
  { csv, markdown, report, trace }: Omit<OutputOptions, 'json'>,
): Promise<string[]> {
  const read = checkedResults(JSON.parse(JSON.stringify(results)), 'what was measured');
  const save = (path: string, text: string) => saveFile(path, new TextEncoder().encode(text));
  if (csv !== undefined) await save(csv, csvOf(read));
  if (markdown !== undefined) await save(markdown, markdownOf(read));
  if (report !== undefined) await writeBenchReport(read, report);
  const isShown = trace !== undefined && !(read.partial && timelines.length === 0);
  if (isShown) {
    if (timelines.length === 0)
      throw new Error(
        `${trace} is not written: ${read.adapter.name} has no clock (timestamp-query) for a trace`,
      );
    const { adapter, commit, date } = read;
    const about = { adapter: adapter.name, driver: adapter.description, commit, date };
    await save(trace, JSON.stringify(traceOf(timelines, about)) + '\n');
  }
  return [csv, markdown, report, isShown ? trace : undefined].filter((path) => path !== undefined);
}

/** `bench report RESULTS.json --out FILE.html`: the page of a results file; with `--markdown`, tables of several. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Invocation } from '../../src/cli/io.ts';
import { UsageError } from '../../src/cli/usage-error.ts';
import { messageOf } from '../../src/util/message-of.ts';
import { saveFile } from '../../src/node/save-file.ts';
import { readGiven } from '../compare/compare-command.ts';
import { replaceMarked } from './marked-text.ts';
import { peerTables } from '../peers/peer-table.ts';
import { renderBenchReport } from './bench-report.ts';
import type { Results } from './results-file.ts';

interface ReportOptions {
  readonly out?: string;
  readonly markdown: boolean;
  readonly into?: string;
}

export function addBenchReport(program: Command, { out: output }: Invocation): void {
  program
    .command('report <results...>')
    .description('make a page of a results file: roofs, variants, scaling, layers, peers')
    .option('--out <file>', 'the page to write (default: report.html)')
    .option(
      '--markdown',
      'instead, tables of our engine beside others; takes several files, or a folder',
      false,
    )
    .option('--into <file>', 'with --markdown: the document between whose bench-table marks they are written')
    .action(async (paths: string[], options: ReportOptions) => {
      output.write(await (options.markdown ? writeTables : writePage)(paths, options));
    });
}

/** @returns what is printed; @throws UsageError, StorageError */
async function writePage(
  paths: readonly string[],
  { out = 'report.html', into }: ReportOptions,
): Promise<string> {
  const [path, ...more] = paths;
  if (path === undefined || more.length > 0)
    throw new UsageError('a page is of one results file; --markdown takes several');
  if (into !== undefined) throw new UsageError('--into writes Markdown: add --markdown');
  await writeBenchReport(readGiven(path), out);
  return `${out}\n`;
}

/** @returns what is printed; @throws UsageError, StorageError */
async function writeTables(paths: readonly string[], { out, into }: ReportOptions): Promise<string> {
  if (out !== undefined)
    throw new UsageError('--out is for a page; --markdown prints, or writes with --into');
  const text = peerTables(paths.flatMap(resultsIn).map(readGiven));
  if (text === '')
    throw new UsageError('none of these files has rows of our engine beside others: run fool bench peers');
  if (into === undefined) return text;
  await saveFile(into, new TextEncoder().encode(replaceIn(into, text)));
  return `${into}\n`;
}

/** @throws UsageError for a document that is not there, or has no place for tables */
function replaceIn(path: string, text: string): string {
  try {
    return replaceMarked(readFileSync(path, 'utf8'), text);
  } catch (error) {
    throw new UsageError(`--into ${path}: ${messageOf(error)}`);
  }
}

/** A file is itself; a folder stands for the results files in it. */
function resultsIn(path: string): string[] {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return [path];
  const names = readdirSync(path).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => join(path, name));
}

/** @throws StorageError */
export async function writeBenchReport(results: Results, path: string): Promise<void> {
  await saveFile(path, new TextEncoder().encode(renderBenchReport(results)));
}

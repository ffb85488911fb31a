/** `fool report`: the pictures and tables of a run folder, made anew. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { FileStorage } from '../../node/file-storage.ts';
import type { Invocation } from '../io.ts';
import { loadReporting } from '../reporting.ts';
import { Terminal } from '../terminal.ts';

export function addReport(program: Command, invocation: Invocation): void {
  program
    .command('report <folder>')
    .description('make grid.png and report.html of a run folder')
    .option('--json', 'print one JSON object on standard output', false)
    .option('--quiet', 'print nothing but errors', false)
    .action(async (folder: string, options: { json: boolean; quiet: boolean }) => {
      const { writeReport } = await loadReporting();
      const terminal = new Terminal(options, invocation);
      for (const note of await writeReport(new FileStorage(folder), folder)) terminal.warn(note);
      const files = { report: join(folder, 'report.html'), grid: join(folder, 'grid.png') };
      terminal.line(files.report);
      terminal.json(files);
    });
}

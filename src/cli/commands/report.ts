/** `fool report`: the pictures and tables of a run folder, made anew. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { FileStorage } from '../../node/file-storage.ts';
import type { Invocation } from '../io.ts';
import { reportLineage } from '../lineage-report.ts';
import { withCommon, type CommonOptions } from '../options.ts';
import { loadReporting } from '../reporting.ts';
import { Terminal } from '../terminal.ts';

interface ReportOptions extends CommonOptions {
  readonly lineage?: string;
  readonly model?: string;
}

export function addReport(program: Command, invocation: Invocation): void {
  withCommon(program.command('report <folder>').description('make grid.png and report.html of a run folder'))
    .option(
      '--lineage <class>',
      'make lineage-CLASS.html instead: the ancestors of this class’s elite, drawn again on the device; number or label',
    )
    .option('--model <name>', 'with --lineage: the model of the run, when it has moved')
    .action((folder: string, { lineage, ...options }: ReportOptions) => {
      const terminal = new Terminal(options, invocation);
      return lineage === undefined
        ? report(folder, terminal)
        : reportLineage(folder, { ...options, lineage }, terminal);
    });
}

async function report(folder: string, terminal: Terminal): Promise<void> {
  const { writeReport } = await loadReporting();
  for (const note of await writeReport(new FileStorage(folder), folder)) terminal.warn(note);
  const files = { report: join(folder, 'report.html'), grid: join(folder, 'grid.png') };
  terminal.line(files.report);
  terminal.json(files);
}

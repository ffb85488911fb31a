/** `fool report`: the pictures and tables of a run folder, made anew; or a gallery of many. */
import type { Command } from 'commander';
import { FileStorage } from '../../node/file-storage.ts';
import { withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { drawMissing } from '../draw-missing.ts';
import { reportLineage } from '../lineage-report.ts';
import { withCommon, type CommonOptions } from '../options.ts';
import { loadReporting } from '../reporting.ts';
import { reportFiles } from '../run-results.ts';
import { during, Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { makeGallery } from './gallery.ts';

interface ReportOptions extends CommonOptions {
  readonly lineage?: string;
  readonly model?: string;
  readonly gallery: boolean;
  readonly out?: string;
  readonly replace: boolean;
  readonly judge: boolean;
}

export function addReport(program: Command, invocation: Invocation): void {
  const command = withCommon(
    program
      .command('report <folder...>')
      .description('make grid.png and report.html of a run folder, or one page of many (--gallery)'),
  )
    .optionsGroup('Gallery:')
    .option('--gallery', 'join the pictures of all folders into a page to look through, in --out', false)
    .option('--out <folder>', 'of the gallery')
    .option('--replace', 'make the gallery in --out anew', false)
    .option(
      '--no-judge',
      'leave out of the gallery the likeliest classes, for which pictures are judged afresh',
    )
    .optionsGroup('Lineage:')
    .option(
      '--lineage <class>',
      'make lineage-CLASS.html instead: the ancestors of this class’s elite, drawn again on the device; number or label',
    )
    .option('--model <name>', 'with --lineage: the model of the run, when it has moved')
    .action(async (folders: string[], options: ReportOptions) => {
      const terminal = new Terminal(options, invocation);
      if (options.gallery) await makeGallery(folders, { ...options, out: outOf(options) }, terminal);
      else if (options.lineage === undefined) await report(onlyOne(folders, options), options, terminal);
      else await reportLineage(onlyOne(folders, options), { ...options, lineage: options.lineage }, terminal);
    });
  withExamples(command, [
    ['fool report runs/latest', 'its page and grid, made anew'],
    ['fool report runs/latest --lineage goldfish', 'the ancestors of one elite'],
    ['fool report --gallery runs/* --out gallery', 'many runs on one page'],
  ]);
}

async function report(folder: string, options: ReportOptions, terminal: Terminal): Promise<void> {
  const { writeReport } = await loadReporting();
  await drawMissing(folder, options, terminal);
  const notes = await during(terminal, 'writing the report', writeReport(new FileStorage(folder), folder));
  for (const note of notes) terminal.warn(note);
  const files = reportFiles(folder);
  terminal.line(files.report);
  terminal.json({ folder, ...files });
}

function outOf({ out }: ReportOptions): string {
  if (out !== undefined && out !== '') return out;
  throw new UsageError('a gallery needs a folder of its own: give --out FOLDER');
}

function onlyOne(folders: readonly string[], { out, replace, judge }: ReportOptions): string {
  const [folder = '', ...others] = folders;
  if (others.length > 0)
    throw new UsageError(
      `a report is of one run folder, not of ${String(folders.length)}: pass --gallery to join several`,
    );
  if (out !== undefined || replace || !judge)
    throw new UsageError(
      '--out, --replace and --no-judge belong to --gallery: a report is written into its run',
    );
  return folder;
}

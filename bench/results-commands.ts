/** What is done with results files: `bench compare`, `bench report`. */
import type { Command } from 'commander';
import { addCompare } from './compare-command.ts';
import { addBenchReport } from './report-command.ts';

/** Adds both to the command that measures. */
export function addResultsCommands(bench: Command): void {
  // `--json` of the measuring command names a file; behind the name of another command it is that command's own.
  bench.enablePositionalOptions();
  addCompare(bench);
  addBenchReport(bench);
}

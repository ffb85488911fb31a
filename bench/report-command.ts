/** `bench report RESULTS.json --out FILE.html`: the page of a results file. */
import type { Command } from 'commander';
import { saveFile } from '../src/node/save-file.ts';
import { readGiven } from './compare-command.ts';
import { renderBenchReport } from './report.ts';
import type { Results } from './results-file.ts';

export function addBenchReport(program: Command): void {
  program
    .command('report <results>')
    .description('make a page of a results file: roofs, variants, scaling, layers, peers')
    .option('--out <file>', 'the page to write', 'report.html')
    .action(async (path: string, { out }: { out: string }) => {
      await writeBenchReport(readGiven(path), out);
      process.stdout.write(`${out}\n`);
    });
}

/** @throws StorageError */
export async function writeBenchReport(results: Results, path: string): Promise<void> {
  await saveFile(path, new TextEncoder().encode(renderBenchReport(results)));
}

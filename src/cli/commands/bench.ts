/** `fool bench`: a separate program, which knows its options; most users never load it. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { packageFolder } from '../../node/package-folder.ts';

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure kernels, networks and whole runs; compare and draw results (fool bench --help)')
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (passed: string[]) => {
      // It reads the command line of the process and ends it; a separate process would outlive signals to this one.
      const bench = join(packageFolder(), 'dist', 'bench.js');
      process.argv = [process.execPath, bench, ...passed];
      await import(pathToFileURL(bench).href);
    });
}

/** `fool bench`: a separate program, which knows its options; most users never load it. */
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure kernels, networks and whole runs; compare and draw results (fool bench --help)')
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (passed: string[]) => {
      // It reads the command line of the process and ends it; a separate process would outlive signals to this one.
      const bench = new URL('bench.js', import.meta.url);
      process.argv = [process.execPath, fileURLToPath(bench), ...passed];
      await import(bench.href);
    });
}

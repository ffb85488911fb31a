/** `fool bench`: a program of its own beside this one, which knows its options; most users never load it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { Invocation } from '../io.ts';

export function addBench(program: Command, invocation: Invocation): void {
  program
    .command('bench')
    .description('measure kernels, networks and whole runs; compare and draw results (fool bench --help)')
    .argument('[arguments...]')
    .helpOption(false)
    .allowUnknownOption()
    .action(async (passed: string[]) => {
      invocation.exitCode = await runBench(passed);
    });
}

/** Its exit code; 1 where a signal ended it. */
function runBench(passed: readonly string[]): Promise<number> {
  const bench = fileURLToPath(new URL('bench.js', import.meta.url));
  const child = spawn(process.execPath, [bench, ...passed], { stdio: 'inherit' });
  // Ctrl-C reaches both: whoever measures ends first.
  const wait = () => undefined;
  process.on('SIGINT', wait);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      process.off('SIGINT', wait);
      resolve(code ?? 1);
    });
  });
}

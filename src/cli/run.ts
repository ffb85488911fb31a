/** Runs a command line of `fool`; what its commands need is loaded where one of them is asked for. */
import { CommanderError } from 'commander';
import { begin, type Io } from './io.ts';
import { asksForOverview, buildOverview } from './overview.ts';

/**
 * Leaves nothing behind in the process: no exit code, no listener, no device.
 * @param commandLine without the program's name, e.g. `['doctor', '--json']`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 129, 130 or 143 interrupted by that signal
 */
export async function runCommandLine(commandLine: readonly string[], io: Io): Promise<number> {
  const end = new AbortController();
  const invocation = begin(io, end.signal);
  try {
    if (asksForOverview(commandLine)) {
      await buildOverview(invocation).parseAsync(commandLine, { from: 'user' });
      return 0;
    }
    const { buildProgram, runProgram } = await import('./whole-program.ts');
    return await runProgram(buildProgram(invocation), commandLine, invocation);
  } catch (error) {
    // By it Commander ends when the help is printed.
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    throw error;
  } finally {
    end.abort();
  }
}

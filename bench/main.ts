/** `fool bench`, or `npm run bench`: measures, and writes a results file. */
import { Command, CommanderError } from 'commander';
import { watchOutput } from '../src/cli/standard-output.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import { messageOf } from '../src/message-of.ts';
import { addMeasure } from './measure-command.ts';
import { addResultsCommands } from './results-commands.ts';

const bench = new Command('fool bench')
  .description('measure kernels, networks, whole runs, and other engines on the same adapter')
  .exitOverride();
addMeasure(bench);
addResultsCommands(bench);

const output = watchOutput(process.stdout);
try {
  await bench.parseAsync();
} catch (error) {
  // Commander has printed its own message already.
  if (!(error instanceof CommanderError)) console.error(`fool bench: ${messageOf(error)}`);
  const usage = error instanceof UsageError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exitCode = usage ? 2 : error instanceof CommanderError ? 0 : 1;
}
await output.end();

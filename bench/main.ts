/** `fool bench`, or `npm run bench`: measures, and writes a results file. */
import { Command, CommanderError } from 'commander';
import { commandsBelow, pathOf, withExamples } from '../src/cli/help.ts';
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
withExamples(bench, [
  ['fool bench kernels --list', 'what there is to be measured'],
  ['fool bench --family conv2d --shape-of "64x56x56 3x3 pad 1 out 128 batch 1..16*2"', 'shapes of your own'],
  ['fool bench --network "AlexNet forward" --batch 1,16 --visits 1', 'some of the networks'],
  ['fool bench compare before.json after.json', 'what became slower'],
]);
let called = bench;
bench.hook('preAction', (_, action) => {
  called = action;
});
const pointer = (command: Command) => `(${pathOf(command)} --help lists its options)`;
for (const command of commandsBelow(bench)) command.showHelpAfterError(pointer(command));

const output = watchOutput(process.stdout);
try {
  await bench.parseAsync();
} catch (error) {
  // Commander has printed its own message already.
  if (!(error instanceof CommanderError)) console.error(`fool bench: ${messageOf(error)}`);
  if (error instanceof UsageError) console.error(pointer(called));
  const usage = error instanceof UsageError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exitCode = usage ? 2 : error instanceof CommanderError ? 0 : 1;
}
await output.end();

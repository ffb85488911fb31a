/** `fool`: reads the command line, runs a command, turns errors into sentences and exit codes. */
import { Command, CommanderError } from 'commander';
import { ObjectiveError } from '../ascent/check-objective.ts';
import { AscentSettingsError } from '../ascent/check-settings.ts';
import { PopulationError } from '../evolution/limits.ts';
import { ClassError } from '../experiments/evolution-run.ts';
import { messageOf } from '../message-of.ts';
import { version } from '../version.ts';
import { addAscend } from './commands/ascend.ts';
import { addBench } from './commands/bench.ts';
import { addClassify } from './commands/classify.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addEvolve } from './commands/evolve.ts';
import { addImport } from './commands/import.ts';
import { addReport } from './commands/report.ts';
import { addTrain } from './commands/train.ts';
import { addVerify } from './commands/verify.ts';
import { addWeights } from './commands/weights.ts';
import { UsageError } from './usage-error.ts';

function buildProgram(): Command {
  const program = new Command('fool')
    .description('Images that no human recognises and a neural network is sure of, by evolution on the GPU.')
    .version(version)
    .showHelpAfterError('(fool --help lists commands and options)')
    .exitOverride();
  for (const add of [
    addEvolve,
    addAscend,
    addClassify,
    addEvaluate,
    addImport,
    addTrain,
    addVerify,
    addReport,
    addDoctor,
    addBench,
    addWeights,
  ])
    add(program);
  return program;
}

const usageErrors = [UsageError, PopulationError, ClassError, ObjectiveError, AscentSettingsError] as const;

/** 0 done, 1 failed, 2 wrong usage. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return usageErrors.some((kind) => error instanceof kind) ? 2 : 1;
}

async function main(): Promise<number> {
  try {
    await buildProgram().parseAsync();
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // Commander has printed its own message already.
    if (!(error instanceof CommanderError)) {
      // A message may quote names out of anybody's files: no terminal codes.
      process.stderr.write(`fool: ${messageOf(error).replace(/[^\P{Cc}\n]/gu, '?')}\n`);
      if (process.env['FOOL_DEBUG'] !== undefined && error instanceof Error)
        process.stderr.write(`${String(error.stack)}\n`);
    }
    return exitCodeOf(error);
  }
}

// A closed pipe (`fool … | head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});
// Nor is one for remarks (`fool … 2>&1 | head`): they go nowhere, the work goes on.
process.stderr.on('error', () => undefined);
// A write over `ulimit -f` shall fail and be reported; packages that clean up on signals would let it kill us.
process.on('SIGXFSZ', () => undefined);

const code = await main();
// Output to a pipe is asynchronous: leave only when it has been taken.
process.stdout.write('', () => process.exit(code));

/** Runs one command line: finds its command, turns errors into sentences and exit codes. */
import { Command, CommanderError } from 'commander';
import { ObjectiveError } from '../ascent/check-objective.ts';
import { AscentSettingsError } from '../ascent/check-settings.ts';
import { SettingError } from '../experiments/settings.ts';
import { PopulationError } from '../evolution/limits.ts';
import { ModelPairError } from '../experiments/shared-classes.ts';
import { ClassError } from '../runs/evolution-run.ts';
import { messageOf } from '../message-of.ts';
import { version } from '../version.ts';
import { addAscend } from './commands/ascend.ts';
import { addBench } from './commands/bench.ts';
import { addClassify } from './commands/classify.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEvaluate } from './commands/evaluate.ts';
import { addEvolve } from './commands/evolve.ts';
import { addExperiment } from './commands/experiment.ts';
import { addImport } from './commands/import.ts';
import { addReport } from './commands/report.ts';
import { addTrain } from './commands/train.ts';
import { addVerify } from './commands/verify.ts';
import { addWeights } from './commands/weights.ts';
import { begin, type Invocation, type Io } from './io.ts';
import { printable } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/**
 * Leaves nothing behind in the process: no exit code, no listener, no device of its own.
 * @param commandLine without the program's name, e.g. `['doctor', '--json']`
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 129, 130 or 143 interrupted by that signal
 */
export async function run(commandLine: readonly string[], io: Io): Promise<number> {
  const end = new AbortController();
  const invocation = begin(io, end.signal);
  try {
    await buildProgram(invocation).parseAsync(commandLine, { from: 'user' });
    return invocation.exitCode;
  } catch (error) {
    // Commander has printed its own message already.
    if (!(error instanceof CommanderError)) tell(error, io);
    return invocation.exitCode === 0 ? exitCodeOf(error) : invocation.exitCode;
  } finally {
    end.abort();
  }
}

function buildProgram(invocation: Invocation): Command {
  const { out, err } = invocation;
  const program = new Command('fool')
    .description('Images that no human recognises and a neural network is sure of, by evolution on the GPU.')
    .version(version)
    .showHelpAfterError('(fool --help lists commands and options)')
    .configureOutput({ writeOut: (text) => out.write(text), writeErr: (text) => err.write(text) })
    .exitOverride()
    // What stands behind `experiment NAME` is for that program.
    .enablePositionalOptions();
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
    addExperiment,
    addBench,
    addWeights,
  ])
    add(program, invocation);
  return program;
}

const usageErrors = [
  UsageError,
  PopulationError,
  ClassError,
  ObjectiveError,
  AscentSettingsError,
  ModelPairError,
  SettingError,
] as const;

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return usageErrors.some((kind) => error instanceof kind) ? 2 : 1;
}

function tell(error: unknown, { err }: Io): void {
  err.write(`fool: ${printable(messageOf(error))}\n`);
  if (process.env['FOOL_DEBUG'] !== undefined && error instanceof Error)
    err.write(`${String(error.stack)}\n`);
}

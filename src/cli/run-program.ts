/** Runs one command line of a program: finds its command, turns errors into sentences and exit codes. */
import { CommanderError, type Command } from 'commander';
import { ObjectiveError } from '../ascent/check-objective.ts';
import { AscentSettingsError } from '../ascent/check-settings.ts';
import { SettingError } from '../experiments/settings.ts';
import { PopulationError } from '../evolution/limits.ts';
import { ModelPairError } from '../experiments/shared-classes.ts';
import { ClassError } from '../runs/evolution-run.ts';
import { messageOf } from '../message-of.ts';
import { UnknownModelError } from '../node/model-file.ts';
import { printEnvelope } from './envelope.ts';
import { pathOf } from './help.ts';
import type { Invocation } from './io.ts';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage, 129, 130 or 143 interrupted by that signal */
export async function runProgram(
  program: Command,
  commandLine: readonly string[],
  invocation: Invocation,
): Promise<number> {
  program.hook('preAction', (_, command) => {
    invocation.command = pathOf(command).replace(/^fool /, '');
  });
  try {
    await program.parseAsync(commandLine, { from: 'user' });
  } catch (error) {
    // Commander has printed its own message already.
    if (!(error instanceof CommanderError)) tell(error, invocation);
    if (invocation.exitCode === 0) invocation.exitCode = exitCodeOf(error);
  }
  printEnvelope(invocation);
  return invocation.exitCode;
}

const usageErrors = [
  UsageError,
  PopulationError,
  ClassError,
  ObjectiveError,
  AscentSettingsError,
  ModelPairError,
  SettingError,
  UnknownModelError,
] as const;

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  return usageErrors.some((kind) => error instanceof kind) ? 2 : 1;
}

function tell(error: unknown, { err, errors, pointer }: Invocation): void {
  errors.push(messageOf(error));
  err.write(`fool: ${printable(messageOf(error))}\n`);
  if (pointer !== undefined && exitCodeOf(error) === 2) err.write(`${pointer}\n`);
  if (process.env['FOOL_DEBUG'] !== undefined && error instanceof Error)
    err.write(`${String(error.stack)}\n`);
}

/** Runs one command line of a program: finds its command, turns errors into sentences and exit codes. */
import { CommanderError, type Command } from 'commander';
import { ObjectiveError } from '../ascent/objective/check-objective.ts';
import { AscentSettingsError } from '../ascent/settings-error.ts';
import { SettingError } from '../experiments/experiment-settings.ts';
import { PopulationError } from '../evolution/limits.ts';
import { ClassError, SearchSettingsError } from '../evolution/settings.ts';
import { ModelPairError } from '../experiments/shared-classes.ts';
import { UnknownModelError } from '../node/model-file.ts';
import { printEnvelope } from './envelope.ts';
import { nameOf } from './help.ts';
import type { Invocation } from './io.ts';
import { messageInOptions, optionsOf } from './option-words.ts';
import { printable } from './printable.ts';
import { UsageError } from './usage-error.ts';

/** @returns the exit code: 0 done, 1 failed, 2 wrong usage, 129, 130 or 143 interrupted by that signal */
export async function runProgram(
  program: Command,
  commandLine: readonly string[],
  invocation: Invocation,
): Promise<number> {
  invocation.options = optionsOf(program);
  try {
    await program.parseAsync(commandLine, { from: 'user' });
  } catch (error) {
    // Commander has printed its own message already.
    if (error instanceof CommanderError) keepForJson(error, program, commandLine, invocation);
    else tell(error, invocation);
    if (invocation.exitCode === 0) invocation.exitCode = exitCodeOf(error);
  }
  printEnvelope(invocation);
  return invocation.exitCode;
}

/**
 * A command line that Commander refuses has no options yet: whether --json is among them is seen in its words. To be called by a
 * program that another one hands the rest of its command line.
 */
export function keepForJson(
  { message, exitCode }: CommanderError,
  program: Command,
  commandLine: readonly string[],
  invocation: Invocation,
): void {
  if (exitCode === 0 || invocation.wantsJson) return;
  let command = program;
  for (const word of commandLine)
    command = command.commands.find((below) => below.name() === word) ?? command;
  // To measure, a bench takes the name of a file with it.
  const printsJson = command.options.some(({ long, required }) => long === '--json' && !required);
  if (!printsJson || !commandLine.includes('--json')) return;
  invocation.command = nameOf(command);
  invocation.wantsJson = true;
  const [sentence = ''] = message.replace(/^error: /, '').split('\n');
  invocation.errors.push(sentence);
}

const usageErrors = [
  UsageError,
  PopulationError,
  ClassError,
  SearchSettingsError,
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

function tell(error: unknown, { err, errors, pointer, options }: Invocation): void {
  const message = messageInOptions(error, options);
  errors.push(message);
  err.write(`fool: ${printable(message)}\n`);
  if (pointer !== undefined && exitCodeOf(error) === 2) err.write(`${pointer}\n`);
  if (process.env['FOOL_DEBUG'] !== undefined && error instanceof Error)
    err.write(`${String(error.stack)}\n`);
}

/** What errors say of settings, in the words of the command line: their options. */
import type { Command } from 'commander';
import { SearchMemoryError } from '../evolution/limits.ts';
import { messageOf } from '../util/message-of.ts';
import { Sentence } from '../util/sentence.ts';

/** Settings that have an option of another name. */
const otherNames: Readonly<Record<string, string>> = { parametrisation: 'param', blurRadius: 'blur' };

/** @param program whose commands have the options */
export function messageInOptions(error: unknown, program: Command): string {
  if (error instanceof SearchMemoryError)
    return `${error.needs}: choose fewer --classes or a smaller --population; fool evolve allows more with --memory`;
  if (!(error instanceof Error) || !('sentence' in error) || !(error.sentence instanceof Sentence))
    return messageOf(error);
  const options = optionsOf(program);
  return error.sentence.in((name) => options.get(otherNames[name] ?? name) ?? name);
}

/** By the name under which Commander keeps their values. */
function optionsOf(program: Command): ReadonlyMap<string, string> {
  const options = [program, ...program.commands].flatMap((command) => command.options);
  return new Map(
    options.flatMap((option) =>
      option.long === undefined || option.negate ? [] : [[option.attributeName(), option.long]],
    ),
  );
}

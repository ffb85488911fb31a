/** What errors say of settings, in the words of the command line: their options. */
import type { Command } from 'commander';
import { SearchMemoryError } from '../evolution/limits.ts';
import { Sentence, sentenceOf, type Setting } from '../util/sentence.ts';

/** Options by the names under which Commander keeps their values. */
export type OptionNames = ReadonlyMap<string, string>;

/** Settings that have an option of another name. */
const otherNames: Readonly<Record<string, string>> = {
  parametrisation: 'param',
  blurRadius: 'blur',
  architecture: 'arch',
  folder: 'data',
  resumedEvolution: 'resume',
  resumedAscent: 'resume',
};

/** @param options of the program that speaks */
export function messageInOptions(error: unknown, options: OptionNames): string {
  if (error instanceof SearchMemoryError)
    return `${error.needs}: choose fewer --classes or a smaller --population; fool evolve allows more with --memory`;
  return inOptions(sentenceOf(error), options);
}

export function inOptions(says: Sentence | string, options: OptionNames): string {
  if (typeof says === 'string') return says;
  return says.in((setting) => wordsFor(setting, options));
}

function wordsFor({ setting, command, value }: Setting, options: OptionNames): string {
  const option = options.get(otherNames[setting] ?? setting);
  if (option === undefined) return setting;
  return [command, option, value].filter((word) => word !== undefined).join(' ');
}

/** The options of a program and of its commands. */
export function optionsOf(program: Command): OptionNames {
  const options = [program, ...program.commands].flatMap((command) => command.options);
  return new Map(
    options.flatMap((option) =>
      option.long === undefined || option.negate ? [] : [[option.attributeName(), option.long]],
    ),
  );
}

/** What a shell may complete at each point of a command line, out of Commander's own tree. */
import type { Argument, Command, Option } from 'commander';

/** What may stand in a place; files and folders are found by the shell itself. */
export interface CompletionWords {
  readonly words: readonly string[];
  readonly files: 'none' | 'files' | 'folders';
}

export interface CompletedOption {
  /** `--out`, and `-h` where there is a short one. */
  readonly flags: readonly string[];
  readonly about: string;
  /** What follows it; undefined where nothing does. */
  readonly value?: CompletionWords;
}

export interface CompletedCommand {
  /** Commands on the way to it, e.g. `weights fetch`; empty for the program. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly CompletedOption[];
  /** What its arguments may be. */
  readonly argument: CompletionWords;
}

/** Words that stand for something where an option or argument asks for it by name. */
export interface KnownWords {
  readonly models: readonly string[];
  readonly weights: readonly string[];
  readonly adapters: readonly string[];
  /** Of a bench: what it measures, and families of kernels. */
  readonly sections: readonly string[];
  readonly families: readonly string[];
}

/** @param path of the command, where it is not the program itself */
export function completionsOf(command: Command, known: KnownWords, path = ''): CompletedCommand[] {
  const help = command.createHelp();
  const subcommands = help.visibleCommands(command).filter((each) => each.name() !== 'help');
  const own: CompletedCommand = {
    path,
    commands: subcommands.map((each) => ({ name: each.name(), about: help.subcommandDescription(each) })),
    options: help.visibleOptions(command).map((option) => {
      const flags = [option.long, option.short].filter((flag) => flag !== undefined);
      const takesValue = option.required || option.optional;
      return { flags, about: option.description, ...(takesValue && { value: valueOf(option, known) }) };
    }),
    argument: together(command.registeredArguments.map((argument) => argumentOf(argument, path, known))),
  };
  const below = subcommands.flatMap((each) =>
    completionsOf(each, known, path === '' ? each.name() : `${path} ${each.name()}`),
  );
  return [own, ...below];
}

const nothing: CompletionWords = { words: [], files: 'none' };

function valueOf({ flags, long, argChoices }: Option, known: KnownWords): CompletionWords {
  if (argChoices) return { words: argChoices, files: 'none' };
  if (long === '--model') return { words: known.models, files: 'files' };
  if (long === '--adapter') return { words: known.adapters, files: 'none' };
  if (long === '--family') return { words: known.families, files: 'none' };
  if (long === '--dataset') return { words: ['mnist'], files: 'folders' };
  if (long === '--start') return { words: ['gaussian', 'uniform', 'mean'], files: 'files' };
  return named(/[<[]([^>\]]*)[>\]]/.exec(flags)?.[1] ?? '');
}

function argumentOf(argument: Argument, path: string, known: KnownWords): CompletionWords {
  if (argument.argChoices) return { words: argument.argChoices, files: 'none' };
  if (path.startsWith('weights')) return { words: known.weights, files: 'none' };
  if (path === 'bench') return { words: known.sections, files: 'none' };
  if (path === 'describe') return { words: known.models, files: 'files' };
  if (path === 'import') return { words: known.weights, files: 'files' };
  return named(argument.name());
}

/** By what help calls it. */
function named(placeholder: string): CompletionWords {
  if (placeholder.includes('folder')) return { words: [], files: 'folders' };
  if (/file|image|known|source|before|after|results/.test(placeholder)) return { words: [], files: 'files' };
  return nothing;
}

/** All words that one of them may be. */
function together(choices: readonly CompletionWords[]): CompletionWords {
  const kinds = choices.map(({ files }) => files);
  const files = kinds.includes('files') ? 'files' : kinds.includes('folders') ? 'folders' : 'none';
  return { words: [...new Set(choices.flatMap(({ words }) => words))], files };
}

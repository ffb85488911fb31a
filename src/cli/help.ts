/** What help pages have in common: groups of options, examples, and where errors point to. */
import { Help, Option, type Command } from 'commander';
import { aligned } from './aligned.ts';
import type { Invocation } from './io.ts';

/** Groups of options that several commands have; they stand behind a command's own. */
export const groups = {
  model: 'Model:',
  folder: 'Run folder:',
  device: 'Device:',
  output: 'Output:',
} as const;

const behind: readonly string[] = Object.values(groups);

/** Adds examples to a command's help: command lines, each with what it is for. */
export function withExamples(command: Command, examples: readonly (readonly [line: string, why: string])[]) {
  const lines = aligned(examples.map(([line, why]) => [`  ${line}`, `# ${why}`]));
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

/** Environment variables by name, as the help of the program lists them. */
export const environment: readonly (readonly [name: string, about: string])[] = [
  ['FOOL_ADAPTER', 'the adapter, where --adapter names none'],
  [
    'FOOL_TUNING_FOLDER',
    'where measurements are kept: kernels by --tune and at first use on GPUs, roofs by bench',
  ],
  ['FOOL_WEIGHTS_MANIFEST', 'a list of weight files of your own, as JSON, in place of the known ones'],
  [
    'FOOL_EXPECTED_LAUNCHES',
    'how often a command launches each kernel; few get kernels that compile quickly',
  ],
  ['FOOL_DEBUG', 'lets the remarks of drivers through, and adds to errors where they come from'],
];

export function environmentHelp(): string {
  const lines = aligned(environment.map(([name, about]) => [`  ${name}`, about]));
  return `\nEnvironment variables:\n${lines.join('\n')}`;
}

/** The command line that a user types to get here, e.g. `fool weights fetch`. */
export function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

/** Where more is to be read of a command that was called wrongly. */
export function pointerTo(command: Command): string {
  const groupOnly = command.registeredArguments.length === 0;
  const listed = command.commands.length === 0 ? 'options' : groupOnly ? 'commands' : 'commands and options';
  return `(${pathOf(command)} --help lists its ${listed})`;
}

/** As --json names it: without the program. */
export const nameOf = (command: Command): string => pathOf(command).replace(/^fool /, '');

/** To be called when all commands are there: brings their help pages and errors into one form. */
export function finishHelp(program: Command, invocation: Invocation): void {
  program.hook('preAction', (_, action) => {
    invocation.command = nameOf(action);
    invocation.pointer = pointerTo(action);
  });
  for (const command of commandsBelow(program)) {
    command.showHelpAfterError(pointerTo(command));
    command.configureHelp({ groupItems: inOrder, optionDescription: withoutFalse });
    // Commands that hand --help on to a separate program have none.
    const hasHelp = command
      .createHelp()
      .visibleOptions(command)
      .some(({ long }) => long === '--help');
    const help = new Option('-h, --help', 'show this help');
    const isGrouped = command.options.some(({ helpGroupHeading }) => helpGroupHeading === groups.output);
    if (hasHelp) command.addHelpOption(isGrouped ? help.helpGroup(groups.output) : help);
  }
}

export const commandsBelow = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap((each) => commandsBelow(each)),
];

/** As Commander describes an option; that a switch is off, or a list empty, unless it is given goes without saying. */
function withoutFalse(option: Option): string {
  const shown = new Option(option.flags, option.description);
  const { defaultValue } = option as { defaultValue: unknown };
  const goesWithoutSaying =
    defaultValue === false || (Array.isArray(defaultValue) && defaultValue.length === 0);
  Object.assign(shown, option, goesWithoutSaying && { defaultValue: undefined });
  return new Help().optionDescription(shown);
}

/** As Commander groups, a command's own groups before those that many have. */
function inOrder<T extends Command | Option>(
  unsorted: T[],
  visible: T[],
  groupOf: (item: T) => string,
): Map<string, T[]> {
  const grouped = [...Help.prototype.groupItems(unsorted, visible, groupOf)];
  const place = ([name]: [string, T[]]) => behind.indexOf(name);
  return new Map(grouped.sort((one, other) => place(one) - place(other)));
}

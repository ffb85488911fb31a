/** The same for fish, which keeps a line for each thing that may be completed. */
import type { CompletionWords, CompletedCommand, CompletedOption } from './tree.ts';

export function fishScript(commands: readonly CompletedCommand[]): string {
  const paths = commands.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join(' ');
  return `# Completion of fool for fish; in ~/.config/fish/config.fish: fool completion fish | source
function __fool_at
    set -l at ''
    for word in (commandline -opc)[2..-1]
        set -l next (string trim -- "$at $word")
        contains -- $next ${paths}; and set at $next
    end
    test "$at" = "$argv[1]"
end
complete -c fool -f
${commands.flatMap(linesOf).join('\n')}
`;
}

/** As one word of fish. */
const quoted = (text: string): string => `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;

function linesOf({ path, commands, options, argument }: CompletedCommand): string[] {
  const line = (rest: string) => `complete -c fool -n ${quoted(`__fool_at ${quoted(path)}`)} ${rest}`;
  return [
    ...commands.map(({ name, about }) => line(`-a ${quoted(name)} -d ${quoted(about)}`)),
    ...options.map((option) => line(optionOf(option))),
    ...argumentsOf(argument).map(line),
  ];
}

function optionOf({ flags, about, value }: CompletedOption): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const follows = value
    ? [value.files === 'files' ? '-r -F' : '-x', ...argumentsOf(value).filter((words) => words !== '-F')]
    : [];
  return [...names, ...follows, `-d ${quoted(about)}`].join(' ');
}

function argumentsOf({ words, files }: CompletionWords): string[] {
  return [
    ...(words.length > 0 ? [`-a ${quoted(words.join(' '))}`] : []),
    ...(files === 'files' ? ['-F'] : []),
    ...(files === 'folders' ? [`-a '(__fish_complete_directories)'`] : []),
  ];
}

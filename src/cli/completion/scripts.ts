/** Completion for bash, zsh and fish: scripts that know the whole command line, so that no key waits for Node. */
import { inQuotes as quoted } from '../../report/evolve-command.ts';
import { fishScript } from './fish.ts';
import type { CompletionWords, CompletedCommand } from './tree.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function completionScript(shell: Shell, commands: readonly CompletedCommand[]): string {
  switch (shell) {
    case 'bash':
      return bashScript(commands);
    case 'zsh':
      return zshScript(commands);
    case 'fish':
      return fishScript(commands);
  }
}

const allQuoted = (texts: readonly string[]): string => texts.map(quoted).join(' ');

/** `'weights fetch') … ;;` for every command. */
const cases = (
  commands: readonly CompletedCommand[],
  bodyOf: (command: CompletedCommand) => string,
): string =>
  commands.map((command) => `      ${quoted(command.path)}) ${bodyOf(command) || ':'} ;;`).join('\n');

/** `'evolve --out') … ;;` for every option that takes a value. */
const valueCases = (
  commands: readonly CompletedCommand[],
  bodyOf: (value: CompletionWords) => string,
): string =>
  commands
    .flatMap(({ path, options }) =>
      options.flatMap(({ flags, value }) => {
        const patterns = flags.map((flag) => quoted(`${path} ${flag}`)).join('|');
        return value ? [`    ${patterns}) ${bodyOf(value) || ':'}; return ;;`] : [];
      }),
    )
    .join('\n');

/** Of all commands, as alternatives of one case: by them, a script finds where on the command line it is. */
const paths = (commands: readonly CompletedCommand[]): string =>
  commands.flatMap(({ path }) => (path === '' ? [] : [quoted(path)])).join('|');

const flagsOf = ({ options }: CompletedCommand): CompletionWords => ({
  words: options.flatMap(({ flags }) => flags),
  files: 'none',
});

/** What may stand where no option is begun. */
const placeOf = ({ commands, argument }: CompletedCommand): CompletionWords => ({
  words: [...commands.map(({ name }) => name), ...argument.words],
  files: argument.files,
});

function bashScript(commands: readonly CompletedCommand[]): string {
  const offer = ({ words, files }: CompletionWords) => `_fool_offer ${files} ${allQuoted(words)}`.trimEnd();
  return `# Completion of fool for bash; in ~/.bashrc: eval "$(fool completion bash)"
_fool_offer() {
  local files=$1 IFS=$'\\n'
  shift
  COMPREPLY=($(compgen -W "$*" -- "$current"))
  case $files in
    files) COMPREPLY+=($(compgen -f -- "$current")) ;;
    folders) COMPREPLY+=($(compgen -d -- "$current")) ;;
    *) return ;;
  esac
  # Bash 3 has no compopt, and then adds a space behind a folder.
  compopt -o filenames 2>/dev/null
}
_fool() {
  COMPREPLY=()
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} at='' word index
  # Bash takes --option=value for three words.
  if [[ $current == '=' ]]; then
    current=''
  elif [[ $before == '=' ]]; then
    before=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="$at\${at:+ }\${COMP_WORDS[index]}"
    case $word in
      ${paths(commands)}) at=$word ;;
    esac
  done
  case "$at $before" in
${valueCases(commands, offer)}
  esac
  if [[ $current == -* ]]; then
    case $at in
${cases(commands, (command) => offer(flagsOf(command)))}
    esac
  else
    case $at in
${cases(commands, (command) => offer(placeOf(command)))}
    esac
  fi
}
complete -F _fool fool
`;
}

function zshScript(commands: readonly CompletedCommand[]): string {
  const described = (name: string, about: string) =>
    quoted(`${name.replaceAll(':', String.raw`\:`)}:${about}`);
  const offer = ({ words, files }: CompletionWords) =>
    [
      ...(words.length > 0 ? [`compadd -- ${allQuoted(words)}`] : []),
      ...(files === 'files' ? ['_files'] : files === 'folders' ? ['_files -/'] : []),
    ].join('; ');
  const describe = (what: string, entries: readonly string[]) =>
    entries.length === 0 ? [] : [`found=(${entries.join(' ')}); _describe ${what} found`];
  const options = ({ options: all }: CompletedCommand) =>
    describe(
      '-o option',
      all.flatMap(({ flags, about }) => flags.map((flag) => described(flag, about))),
    ).join('; ');
  const place = ({ commands: below, argument }: CompletedCommand) =>
    [
      ...describe(
        'command',
        below.map(({ name, about }) => described(name, about)),
      ),
      offer(argument),
    ]
      .filter((part) => part !== '')
      .join('; ');
  return `#compdef fool
# Completion of fool for zsh; in ~/.zshrc, behind compinit: eval "$(fool completion zsh)"
_fool() {
  local at='' word before=\${words[CURRENT-1]}
  local -a found
  for word in "\${(@)words[2,CURRENT-1]}"; do
    word="$at\${at:+ }$word"
    case $word in
      ${paths(commands)}) at=$word ;;
    esac
  done
  if [[ $PREFIX == --*=* ]]; then
    before=\${PREFIX%%=*}
    compset -P 1 '*='
  fi
  case "$at $before" in
${valueCases(commands, offer)}
  esac
  if [[ $PREFIX == -* ]]; then
    case $at in
${cases(commands, options)}
    esac
  else
    case $at in
${cases(commands, place)}
    esac
  fi
}
compdef _fool fool
`;
}

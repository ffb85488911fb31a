/** The built program on a pseudo-terminal, and what a person sees there. */
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { printedLines, screenLines } from './screen-lines.ts';

export interface Session {
  /** Lines from the first one on, as they stand; a line that was too long goes on in the next. */
  readonly screen: () => string[];
  /** Lines as the program printed them. */
  readonly printed: () => string[];
  /** Everything that was written, codes and all. */
  readonly written: () => string;
  /** Resolves when what is to be seen there has been written. */
  readonly shows: (what: RegExp) => Promise<void>;
  /** As a key does: `\u0003` is Ctrl-C. */
  readonly type: (keys: string) => void;
  /** The exit code, when everything has been drawn. */
  readonly ended: Promise<number>;
}

const rows = 60;

export function onTerminal(columns: number, commandLine: readonly string[]): Session {
  const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
  const child = spawn(process.execPath, ['dist/fool.js', ...commandLine], {
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: process.env,
  });
  let written = '';
  const waiting = new Set<() => void>();
  child.onData((text) => {
    written += text;
    terminal.write(text);
    for (const look of waiting) look();
  });
  const ended = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      // The end of what it wrote may come after that of the process.
      setTimeout(() => {
        terminal.write('', () => {
          resolve(exitCode);
        });
      }, 50);
    });
  });
  return {
    ended,
    written: () => written,
    screen: () => screenLines(terminal),
    printed: () => printedLines(terminal),
    shows: (what) =>
      new Promise((resolve) => {
        const look = () => {
          if (!what.test(written)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    type: (keys) => {
      child.write(keys);
    },
  };
}

/**
 * Dawn, the Vulkan loader and drivers print remarks while they look for adapters, past Node's streams, and
 * leave no way to turn them off. They would stand above every command's output; `fool doctor` shows them instead.
 *
 * Node can open a terminal or a pipe a second time, and so come back to it; not so a socket, or a file, whose place of
 * writing other processes share. There the remarks stay.
 */
import { closeSync, constants, fstatSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { isatty } from 'node:tty';

const standardError = 2;

/** Runs something that asks drivers; may keep their output off the terminal meanwhile. */
export type SilencedCall = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets drivers write: the default in programs that are not this command. */
export const leaveOutput: SilencedCall = (work) => work();

/**
 * Keeps native code from writing to standard error while something runs; restores it afterwards, errors included. For a program
 * that does nothing else meanwhile.
 * @param hear is given what was held back, if anything
 */
export function silenceDriver(hear: (words: string) => void): SilencedCall {
  return async (work) => {
    const flags = reopening();
    const kept = flags === undefined ? undefined : tryToOpen(ownDescriptor(standardError), flags);
    if (flags === undefined || kept === undefined) return work();
    const file = path.join(tmpdir(), `easily-fooled-words-${String(process.pid)}`);
    let words = '';
    try {
      const held = pointStandardErrorAt(file, constants.O_CREAT | constants.O_EXCL | constants.O_RDWR);
      if (held) unlinkSync(file);
      try {
        return await work();
      } finally {
        if (held) words = readFileSync(ownDescriptor(standardError), 'utf8').trim();
      }
    } finally {
      pointStandardErrorAt(ownDescriptor(kept), flags);
      closeSync(kept);
      if (words !== '') hear(words);
    }
  };
}

const ownDescriptor = (descriptor: number): string => `/proc/self/fd/${String(descriptor)}`;

/** How to open standard error a second time; undefined where that is not the same, or where all shall be seen. */
function reopening(): number | undefined {
  if (process.platform !== 'linux' || process.env['FOOL_DEBUG'] !== undefined) return undefined;
  if (isatty(standardError)) return constants.O_WRONLY | constants.O_NOCTTY;
  // Without O_NONBLOCK, opening a pipe without a reader would wait for one.
  return fstatSync(standardError).isFIFO() ? constants.O_WRONLY | constants.O_NONBLOCK : undefined;
}

/** Undefined when it cannot be: another user's terminal, a pipe without a reader, no descriptor left. */
function tryToOpen(file: string, flags: number): number | undefined {
  try {
    return openSync(file, flags, 0o600);
  } catch {
    return undefined;
  }
}

/**
 * A newly opened file takes the lowest free number, which is the one just closed. Where it cannot be opened (no disk, a pipe
 * whose reader has gone) the output is dropped.
 */
function pointStandardErrorAt(file: string, flags: number): boolean {
  closeSync(standardError);
  const opened = tryToOpen(file, flags) === standardError;
  if (!opened) tryToOpen('/dev/null', constants.O_WRONLY);
  return opened;
}

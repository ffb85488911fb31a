/**
 * Ctrl-C once, and so every signal that asks to end: the command is told, and ends in its own way (a run is saved); one that does
 * not listen has nothing to keep, and the process leaves at once. Twice: leave at once.
 */
import type { Invocation } from './io.ts';
import type { StatusLine } from './status-line.ts';

/** Signals that ask to end, and the exit code that tells of each: 128 and its number. */
export const endingSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export interface Interrupt {
  /** Whether the user asked to stop. */
  readonly requested: () => boolean;
  /** For a command that was interrupted, has kept what there was, and ends now. */
  readonly end: () => void;
}

/** Listens until the command line ends. */
export function listenForInterrupt(invocation: Invocation, onFirst: () => void): Interrupt {
  let code: number | undefined;
  for (const [signal, itsCode] of Object.entries(endingSignals)) {
    const listener = () => {
      if (code !== undefined) leave(itsCode, invocation.status);
      code = itsCode;
      onFirst();
    };
    process.on(signal, listener);
    invocation.ended.addEventListener('abort', () => process.off(signal, listener));
  }
  return {
    requested: () => code !== undefined,
    end: () => {
      invocation.exitCode = code ?? invocation.exitCode;
    },
  };
}

/**
 * For as long as the process lives: leaves at a signal that has no other listener.
 * @param status on which a bar may stand then
 */
export function leaveOnSignals(status: StatusLine): void {
  for (const [signal, code] of Object.entries(endingSignals))
    process.on(signal, () => {
      if (process.listenerCount(signal) === 1) leave(code, status);
    });
}

function leave(code: number, status: StatusLine): never {
  if (status.isShown) status.keep();
  else if (status.isLive) process.stderr.write('\n');
  process.stderr.write('fool: interrupted\n');
  process.exit(code);
}

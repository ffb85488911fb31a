/**
 * Ctrl-C once, and so every signal that asks to end: the command is told, and ends in its own way (a run is saved); one that has
 * nothing to keep leaves at once. Twice: leave at once.
 */
import type { Invocation } from './io.ts';

/** Signals that ask to end, and the exit code that tells of each: 128 and its number. */
export const endingSignals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export interface Interrupt {
  /** Whether the user asked to stop. */
  readonly requested: () => boolean;
  /** For a command that was interrupted, has kept what there was, and ends now. */
  readonly end: () => void;
}

/**
 * Listens until the command line ends.
 * @returns to be called by a command that listens to the process itself
 */
export function listenForSignals(invocation: Invocation): () => void {
  const listeners = Object.entries(endingSignals).map(([signal, code]) => {
    const listener = () => {
      if (invocation.interrupted !== undefined || !invocation.onInterrupt) leave(invocation, code);
      invocation.interrupted = code;
      invocation.onInterrupt();
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  const stop = () => {
    for (const { signal, listener } of listeners) process.off(signal, listener);
  };
  invocation.ended.addEventListener('abort', stop);
  return stop;
}

function leave({ status, err }: Invocation, code: number): never {
  if (status.isShown) status.keep();
  else if (status.isLive) err.write('\n');
  err.write('fool: interrupted\n');
  process.exit(code);
}

/** From now on the first signal is the command's own matter. */
export function listenForInterrupt(invocation: Invocation, onFirst: () => void): Interrupt {
  invocation.onInterrupt = onFirst;
  return {
    requested: () => invocation.interrupted !== undefined,
    end: () => {
      invocation.exitCode = invocation.interrupted ?? invocation.exitCode;
    },
  };
}

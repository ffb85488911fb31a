/**
 * Ctrl-C once: the command is told, and ends in its own way (a run is saved and done; a fetch without its file has
 * failed). Twice: leave at once.
 */

export interface Interrupt {
  /** Whether the user asked to stop. */
  readonly requested: () => boolean;
}

/** @param ended when it is no longer listened for */
export function listenForInterrupt(ended: AbortSignal, onFirst: () => void): Interrupt {
  let requested = false;
  const listener = (signal: NodeJS.Signals) => {
    if (requested) process.exit(signal === 'SIGINT' ? 130 : 143);
    requested = true;
    onFirst();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, listener);
    ended.addEventListener('abort', () => process.off(signal, listener));
  }
  return { requested: () => requested };
}

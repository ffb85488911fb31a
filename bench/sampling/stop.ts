/** Why measuring ends before its end: Ctrl-C, another signal, or the time that the user gave. */
import { endingSignals } from '../../src/cli/interrupt.ts';

/** Measuring was stopped; what was measured until then is kept. */
export class StoppedError extends Error {
  override readonly name = 'StoppedError';

  /** @param exitCode 0 where the user gave a time, 130 or 143 for a signal */
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** By name: the bundle of the peers has another copy of the class. */
export const isStopped = (error: unknown): error is StoppedError =>
  error instanceof Error && error.name === 'StoppedError';

export interface Stop {
  /** Aborted with a `StoppedError` when measuring is to end. */
  readonly signal: AbortSignal;
  /** Lets go of the signals and the clock. */
  dispose(): void;
}

/** Milliseconds: Node's timers wrap around beyond, and no bench runs for weeks. */
const longestTimer = 2 ** 31 - 1;

const signalNames = Object.keys(endingSignals) as (keyof typeof endingSignals)[];

/** Milliseconds within which a sample that runs may still end by itself. */
const grace = 3000;

export interface StopOptions {
  /** Seconds since the process began, after which measuring ends. */
  readonly limit?: number;
  /** Called when a sample goes on for too long after the stop, or at a second signal; is to leave the process. */
  readonly leave: (stopped: StoppedError) => void;
}

/** Listens to the signals and the clock from now on. */
export function listenForStop({ limit, leave }: StopOptions): Stop {
  const controller = new AbortController();
  const { signal } = controller;
  const timers: NodeJS.Timeout[] = [];
  const stop = (stopped: StoppedError) => {
    if (signal.aborted) {
      leave(stopped);
      return;
    }
    controller.abort(stopped);
    timers.push(setTimeout(leave, grace, stopped).unref());
  };
  const onSignal = (name: keyof typeof endingSignals) => {
    stop(new StoppedError(`stopped by ${name}`, endingSignals[name]));
  };
  for (const name of signalNames) process.on(name, onSignal);
  if (limit !== undefined) {
    const left = Math.min(longestTimer, Math.max(0, 1000 * limit - performance.now()));
    const stopped = new StoppedError(`stopped at the limit of ${String(limit)} s`, 0);
    timers.push(setTimeout(stop, left, stopped).unref());
  }
  return {
    signal,
    dispose() {
      for (const name of signalNames) process.off(name, onSignal);
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

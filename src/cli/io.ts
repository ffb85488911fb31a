/** What a command line has of the world around it: where it writes and how it gets a device. */
import type { OpenedGpu } from '../node/adapter.ts';
import type { Output } from './output.ts';
import type { OptionNames } from './option-words.ts';
import { StatusLine } from './status-line.ts';

export interface OpenDevice extends OpenedGpu {
  readonly close: () => void;
}

export interface Io {
  readonly out: Output;
  readonly err: Output;
  /** Whether `out` still has a reader; default: yes. */
  readonly isRead?: () => boolean;
  /** Milliseconds of `performance.now()` when the process began, where the command is all of it. */
  readonly started?: number;
  /** The last line of the terminal that `err` is; default: a new one. */
  readonly status?: StatusLine;
  /**
   * @param hear takes what drivers print meanwhile, which goes nowhere without it
   * @throws AdapterError where there is none of that name
   */
  readonly openDevice: (adapter: string, hear?: (text: string) => void) => Promise<OpenDevice>;
}

/** One command line from its start to its end. */
export interface Invocation extends Io {
  exitCode: number;
  /** Where more is to be read of the command that runs. */
  pointer?: string;
  /** Aborted at the end: what listens to the process for this command stops then. */
  readonly ended: AbortSignal;
  /** The last line of the terminal that `err` is. */
  readonly status: StatusLine;
  /** Milliseconds of `performance.now()`. */
  readonly started: number;
  /** The command's name, such as `weights list`, as soon as it is known. */
  command: string;
  /** Whether one object on standard output is wanted, and what stands in it. */
  wantsJson: boolean;
  result: object | undefined;
  /** What its settings are called where something is said of them. */
  options: OptionNames;
  /** What failed, in words. */
  readonly errors: string[];
}

export const begin = (io: Io, ended: AbortSignal): Invocation => ({
  ...io,
  exitCode: 0,
  ended,
  status: io.status ?? new StatusLine(io.err),
  started: io.started ?? performance.now(),
  command: '',
  wantsJson: false,
  result: undefined,
  options: new Map(),
  errors: [],
});

/** This process's own streams, and a device for each command. */
export const processIo: Io = {
  out: process.stdout,
  err: process.stderr,
  openDevice: async (adapter, hear = () => undefined) => {
    const { searchGpu } = await import('../node/adapter.ts');
    const { silenceDriver } = await import('../node/silence-driver.ts');
    const opened = await searchGpu(adapter, { listen: silenceDriver(hear) });
    const close = () => {
      opened.gpu.close();
    };
    return { ...opened, close };
  },
};

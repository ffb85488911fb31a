/** What a command line has of the world around it: where it writes and how it gets a device. */
import { releaseDawn, searchGpu, type OpenedGpu } from '../node/adapter.ts';
import { holdBack } from '../node/driver-chatter.ts';

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

export interface OpenDevice extends OpenedGpu {
  readonly close: () => void;
}

export interface Io {
  readonly out: Output;
  readonly err: Output;
  /**
   * @param hear takes what drivers print meanwhile, which goes nowhere without it
   * @throws AdapterError where there is none of that name
   */
  readonly openDevice: (adapter: string, hear?: (text: string) => void) => Promise<OpenDevice>;
}

/** One command line from its start to its end. */
export interface Invocation extends Io {
  exitCode: number;
  /** Aborted at the end: what listens to the process for this command stops then. */
  readonly ended: AbortSignal;
}

export const begin = (io: Io, ended: AbortSignal): Invocation => ({ ...io, exitCode: 0, ended });

/** This process's own streams, and a device for each command. */
export const processIo: Io = {
  out: process.stdout,
  err: process.stderr,
  openDevice: async (adapter, hear = () => undefined) => {
    const opened = await searchGpu(adapter, { listen: holdBack(hear) });
    const close = () => {
      opened.gpu.close();
      releaseDawn();
    };
    return { ...opened, close };
  },
};

/** What becomes of a process's standard output: read to its end, left by its reader, or not to be written. */

export interface StandardOutput {
  /** False when the reader has gone (`fool … | head`): that is no failure, and what makes files goes on. */
  readonly isRead: () => boolean;
  /** Waits until everything has been taken, or cannot be. @returns why it cannot be written, in words */
  readonly flushed: () => Promise<string | undefined>;
}

/** Listens as long as the process lives. */
export function watchOutput(stream: NodeJS.WriteStream): StandardOutput {
  let isRead = true;
  let problem: string | undefined;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') isRead = false;
    else problem ??= reasons[error.code ?? ''] ?? error.message;
  });
  return {
    isRead: () => isRead,
    flushed: async () => {
      // Output to a pipe is asynchronous; an error is told after the write that it comes of.
      await new Promise<void>((resolve) => {
        stream.write('', () => setImmediate(resolve));
      });
      return problem === undefined ? undefined : `standard output cannot be written: ${problem}`;
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left where it goes',
  EIO: 'the device that it goes to fails',
  EBADF: 'it is closed',
  EFBIG: 'the file may not become larger',
};

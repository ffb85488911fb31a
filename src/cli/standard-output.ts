/** What becomes of a process's standard output: read to its end, left by its reader, or not to be written. */

export interface StandardOutput {
  /** False when the reader has gone (`fool … | head`): that is no failure, and what makes files goes on. */
  readonly isRead: () => boolean;
  /**
   * Ends the process when all output has been taken; where it cannot be, with exit code 1 and a sentence.
   * @param code otherwise; default: `process.exitCode`
   */
  readonly end: (code?: number) => Promise<never>;
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
    end: async (code = Number(process.exitCode ?? 0)) => {
      // Output to a pipe is asynchronous; an error is told after the write that it comes of.
      await new Promise<void>((resolve) => {
        stream.write('', () => setImmediate(resolve));
      });
      if (problem === undefined) process.exit(code);
      process.stderr.write(`fool: standard output cannot be written: ${problem}\n`);
      process.exit(code === 0 ? 1 : code);
    },
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left where it goes',
  EIO: 'the device that it goes to fails',
  EBADF: 'it is closed',
  EFBIG: 'the file may not become larger',
};

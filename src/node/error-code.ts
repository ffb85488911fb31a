/** The system's name of an error of node:fs and its kin, e.g. `ENOENT`; `UNKNOWN` for what has none. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';

/** The results file while it is made: a bench that is stopped, or dies, leaves what it has measured. */
import { saveFile } from '../src/node/save-file.ts';
import type { Peaks } from './roofs/peaks.ts';
import type { ResultsOrigin } from './report/results-file.ts';
import type { ShownRow } from './report/row-table.ts';

/** What is known when nothing has been measured yet. */
export type Beginning = Omit<ResultsOrigin, 'peaks' | 'fixedWorkMs' | 'partial' | 'partialReason' | 'note'>;

/** What is known of the machine only after a while. */
export interface Findings {
  readonly peaks?: Peaks & { readonly date?: string };
  readonly fixedWorkMs?: number;
}

/** Milliseconds between two writings at least: a file of a thousand rows takes some to write. */
const every = 1000;

export class Recorder {
  readonly #rows = new Map<string, ShownRow>();
  #findings: Findings = {};
  #written = -Infinity;
  #waiting: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param path of the results file; undefined where none was asked for */
  constructor(
    private readonly beginning: Beginning,
    private readonly path: string | undefined,
  ) {}

  /** Takes a row, in place of one of the same work, and writes the file within a second. @returns what names the work */
  put(row: ShownRow): string {
    const key = keyOf(row);
    this.#rows.set(key, row);
    const rest = this.#written + every - performance.now();
    this.#waiting ??= setTimeout(
      () => {
        void this.save('the measurement did not come to its end').catch(() => undefined);
      },
      Math.max(0, rest),
    ).unref();
    return key;
  }

  find(findings: Findings): void {
    this.#findings = { ...this.#findings, ...findings };
  }

  /** @param partialReason why it is not all that was asked for */
  results(partialReason?: string) {
    return {
      ...this.beginning,
      ...(partialReason === undefined ? {} : { partial: true as const, partialReason }),
      ...this.#findings,
      rows: [...this.#rows.values()],
    };
  }

  /** Writes the file as it stands, whole or not at all. @throws StorageError */
  save(partialReason?: string): Promise<void> {
    if (this.path === undefined) return Promise.resolve();
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#written = performance.now();
    const { path } = this;
    const text = JSON.stringify(this.results(partialReason), null, 1) + '\n';
    // One after the other: the last one is to be what stays.
    this.#writing = this.#writing
      .catch(() => undefined)
      .then(() => saveFile(path, new TextEncoder().encode(text)));
    return this.#writing;
  }
}

/** The same for two rows of the same work, of which the later one counts. */
function keyOf(row: ShownRow): string {
  if ('variant' in row) return [row.name, row.shape, row.variant].join('\n');
  if ('engine' in row) return [row.work, row.batch, row.engine].join('\n');
  return 'seed' in row ? [row.work, row.seed].join('\n') : [row.work, row.batch].join('\n');
}

/** Whether a run folder is what the options take it for. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './usage-error.ts';

export interface RunFolderOptions {
  readonly out: string;
  readonly resume: boolean;
  readonly replace: boolean;
}

/** @throws UsageError where a new run would overwrite one, or there is none to resume */
export function checkRunFolder({ out, resume, replace }: RunFolderOptions): void {
  const holdsRun = existsSync(join(out, 'run.json'));
  if (resume && !holdsRun) throw new UsageError(`${out} holds no run to resume`);
  if (!resume && holdsRun && !replace) {
    throw new UsageError(
      `${out} holds a run already: pass --resume to go on with it, --replace to start over, or another --out`,
    );
  }
}

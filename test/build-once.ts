/** Builds what the tests of the command line run, before any of them: a build under way would tear files away. */
import { execFileSync } from 'node:child_process';

export function setup(): void {
  execFileSync(process.execPath, ['build.mjs']);
}

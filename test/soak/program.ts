/** The command line as it is built, in a place of its own: another build beside it must not tear it away from its processes. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the path of the program, which is removed when this process ends */
export function buildProgram(): string {
  execFileSync(process.execPath, ['build.mjs']);
  const folder = join('dist', 'soak', `fool-${String(process.pid)}`);
  mkdirSync(folder, { recursive: true });
  for (const part of ['fool.js', 'chunks'])
    cpSync(join('dist', part), join(folder, part), { recursive: true });
  process.on('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return join(folder, 'fool.js');
}

// `node test/soak/run.mjs NAME [--count N] [--seed S] [--adapter A] [--json]`: bundles the soak tests and runs one of them.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
process.chdir(root);
// In the repository, where packages and weights are found, and where git ignores it.
const folder = join(root, 'dist', 'soak');
const outfile = join(folder, `${String(process.pid)}.mjs`);
mkdirSync(folder, { recursive: true });
process.on('exit', () => {
  rmSync(outfile, { force: true });
});
await build({
  entryPoints: ['test/soak/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  packages: 'external',
  loader: { '.wgsl': 'text' },
  logLevel: 'warning',
});
await import(pathToFileURL(outfile).href);

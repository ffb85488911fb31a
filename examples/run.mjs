// Runs an example: `node examples/run.mjs classify picture.png`. Builds are needed before: `npm ci` has made one.
import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const [name = '', ...args] = process.argv.slice(2);
const outfile = resolve('dist', 'examples', `${name}.js`);
await build({
  entryPoints: [join('examples', `${name}.ts`)],
  outfile,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);

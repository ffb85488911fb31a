// Bundles the command line and the library; shaders travel as text.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readdirSync, readFileSync, rmSync } from 'node:fs';

// `npm ci --omit=dev` runs this too, without the bundler and without a need for it.
const require = createRequire(import.meta.url);
try {
  require.resolve('esbuild');
} catch {
  console.error('esbuild is not installed, nothing is built; `npm ci` with development dependencies builds.');
  process.exit(0);
}
const { build } = await import('esbuild');

const { dependencies, optionalDependencies, devDependencies } = JSON.parse(
  readFileSync('package.json', 'utf8'),
);
/** The commit that is built, which benchmarks name; nothing where this folder is no clone of its own. */
function commit() {
  const git = (...question) =>
    execFileSync('git', question, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    if (git('rev-parse', '--show-prefix') !== '') return 'unknown';
    const hash = git('rev-parse', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? hash : `${hash} with changes`;
  } catch {
    return 'unknown';
  }
}
const packages = Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies });
const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  loader: { '.wgsl': 'text' },
  define: { COMMIT_OF_BUILD: JSON.stringify(commit()) },
  logLevel: 'warning',
  external: packages,
};

await build({
  ...common,
  platform: 'node',
  entryPoints: {
    node: 'src/node/index.ts',
    bench: 'bench/main.ts',
    defaults: 'bench/bundle-choices.ts',
  },
  banner: { js: '#!/usr/bin/env node' },
  outdir: 'dist',
});
// What few commands need is loaded by them alone, out of chunks.
const { metafile } = await build({
  ...common,
  platform: 'node',
  entryPoints: { fool: 'src/cli/main.ts' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
  banner: { js: '#!/usr/bin/env node' },
  outdir: 'dist',
});
for (const name of readdirSync('dist/chunks'))
  if (!(`dist/chunks/${name}` in metafile.outputs)) rmSync(`dist/chunks/${name}`);
// TensorFlow.js keeps its gradients in a module that Node alone cannot load, so that it is bundled, from its modules.
await build({
  ...common,
  platform: 'node',
  entryPoints: { 'bench-peers': 'bench/peers/peers.ts' },
  external: packages.filter((name) => !name.startsWith('@tensorflow/')),
  mainFields: ['module', 'main'],
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  outdir: 'dist',
});
// Platform-neutral: an import of node: would fail here.
await build({ ...common, platform: 'neutral', entryPoints: { index: 'src/index.ts' }, outdir: 'dist' });
// The scripts of a gallery's page and of a report, which pages on disk load or hold as they are; modules they could not.
await build({
  ...common,
  platform: 'browser',
  format: 'iife',
  sourcemap: false,
  external: [],
  entryPoints: {
    'gallery-page': 'src/report/gallery/page/main.ts',
    'report-page': 'src/report/page-script/main.ts',
  },
  outdir: 'dist',
});

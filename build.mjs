// Bundles the command line and the library; shaders travel as text.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';

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
/** Chunks of earlier builds go. */
function removeOthers(folder, { outputs }) {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (!(`${folder}/${name}` in outputs)) rmSync(`${folder}/${name}`);
}
/** Fails where an entry that is to run in browsers imports something of Node, itself or in a chunk. */
function checkNeutral(entry, { outputs }, seen = new Set()) {
  if (seen.has(entry)) return;
  seen.add(entry);
  for (const { path, external } of outputs[entry].imports) {
    if (external && path.startsWith('node:'))
      throw new Error(`${entry} is to run in browsers, and imports ${path}`);
    if (!external) checkNeutral(path, { outputs }, seen);
  }
}
/** `import.meta.glob` of Vite, which the tests run on, as far as it is used: the default exports of files by a pattern. */
const filesByPattern = {
  name: 'files-by-pattern',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]kernels[\\/]cases\.ts$/ }, ({ path }) => {
      const imports = [];
      const call =
        /import\.meta\.glob(?:<[^>]*>)?\('\.\/\*\/\*(\.[^*']+)', \{ eager: true, import: 'default' \}\)/g;
      const contents = readFileSync(path, 'utf8').replace(call, (_, ending) => {
        const found = readdirSync(dirname(path), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.split(sep).length === 2 && file.endsWith(ending))
          .map((file) => `./${file.split(sep).join('/')}`);
        const entries = found.sort().map((file) => {
          imports.push(`import file${imports.length} from '${file}';`);
          return `'${file}': file${imports.length - 1}`;
        });
        return `{ ${entries.join(', ')} }`;
      });
      if (imports.length === 0) throw new Error(`${path} lists no files`);
      return { contents: `${imports.join('\n')}\n${contents}`, loader: 'ts' };
    });
  },
};
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
  plugins: [filesByPattern],
};

await build({
  ...common,
  platform: 'node',
  entryPoints: {
    bench: 'bench/main.ts',
    defaults: 'bench/bundle-choices.ts',
    'stub-webgpu': 'bench/orchestrator/stub-webgpu.ts',
  },
  banner: { js: '#!/usr/bin/env node' },
  outdir: 'dist',
});
// Threads of the library and of the command line, which start them by their paths.
await build({
  ...common,
  platform: 'node',
  entryPoints: {
    'saving-thread': 'src/node/saving-thread.ts',
    'breeding-thread': 'src/node/breeding-thread.ts',
    'picture-thread': 'src/node/picture-thread.ts',
  },
  outdir: 'dist',
});
// What few commands need is loaded by them alone, out of chunks.
const commands = await build({
  ...common,
  platform: 'node',
  entryPoints: { fool: 'src/cli/main.ts' },
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
  banner: { js: '#!/usr/bin/env node' },
  outdir: 'dist',
});
removeOthers('dist/chunks', commands.metafile);
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
// The library: entries share chunks, so that a class is the same one whichever entry it is taken from.
const library = await build({
  ...common,
  platform: 'neutral',
  external: [...packages, 'node:*'],
  entryPoints: {
    index: 'src/index.ts',
    engine: 'src/engine.ts',
    weights: 'src/weights/index.ts',
    runs: 'src/runs/index.ts',
    report: 'src/report/index.ts',
    node: 'src/node/index.ts',
  },
  splitting: true,
  chunkNames: 'library/[name]-[hash]',
  metafile: true,
  outdir: 'dist',
});
removeOthers('dist/library', library.metafile);
for (const entry of ['index', 'engine', 'weights', 'runs', 'report'])
  checkNeutral(`dist/${entry}.js`, library.metafile);
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

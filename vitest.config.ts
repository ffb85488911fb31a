import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

/** Shaders are modules that export their text, as esbuild's text loader makes them for the build. */
const shadersAsText = {
  name: 'shaders-as-text',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    return id.endsWith('.wgsl') ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined;
  },
};

/** `full`: everything. `gpu`: what depends on the adapter. Otherwise what covers everything within minutes. */
const selection = process.env['FOOL_TESTS'];

const everything = ['test/**/*.test.ts'];
const aboutAdapters = [
  'test/{kernels,nn,gpu,encodings}/*.test.ts',
  'test/models/alexnet.test.ts',
  'test/ascent/gradients.test.ts',
];

export default defineConfig({
  plugins: [shadersAsText],
  test: {
    include: selection === 'gpu' ? aboutAdapters : everything,
    exclude: [...configDefaults.exclude, ...(selection === 'full' ? [] : ['**/*.full.test.ts'])],
    globalSetup: selection === 'gpu' ? 'test/support/say-adapter.ts' : 'test/build-once.ts',
    ...(selection === 'gpu' && { reporters: ['default', './test/support/list-failures.ts'] }),
    // Dawn crashes in worker threads of some versions, and a device must not be shared between files.
    pool: 'forks',
    // Most of a test's time is a driver compiling on one thread: two files at a time even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Tests never tune, nor read what the user has tuned: nothing is ever written there.
    env: { FOOL_TUNING_FOLDER: join(tmpdir(), `easily-fooled-untuned-${String(process.pid)}`) },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

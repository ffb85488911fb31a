import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { configDefaults, defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

/** `full`: everything. `gpu`: what depends on the adapter. Otherwise what covers everything within minutes. */
const selection = process.env['FOOL_TESTS'];

/** Shaders are modules that export their text, as esbuild's text loader makes them for the build. */
const shadersAsText = {
  name: 'shaders-as-text',
  enforce: 'pre' as const,
  transform(code: string, id: string) {
    return id.endsWith('.wgsl') ? { code: `export default ${JSON.stringify(code)};`, map: null } : undefined;
  },
};

const environment = {
  // Tests never tune, nor read what the user has tuned: nothing is ever written there.
  FOOL_TUNING_FOLDER: join(tmpdir(), `easily-fooled-untuned-${String(process.pid)}`),
  // Few launches are worth no long compiling; commands in processes of their own inherit it.
  FOOL_EXPECTED_LAUNCHES: '10',
};

/** Files of these folders. Where they are not isolated, a process runs one after the other. */
function project(
  name: string,
  include: string[],
  { exclude = [], ...options }: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return {
    plugins: [shadersAsText],
    test: {
      name,
      include,
      exclude: [
        ...configDefaults.exclude,
        ...exclude,
        ...(selection === 'full' ? [] : ['**/*.full.test.ts']),
      ],
      // Dawn crashes in worker threads of some versions.
      pool: 'forks',
      env: environment,
      testTimeout: 120_000,
      hookTimeout: 120_000,
      ...options,
    },
  };
}

/** A process and a device to each file, for those that do something to either. */
const ownProcess = { setupFiles: 'test/support/close-device.ts' };
/** What one file has had read and compiled, the next one has. */
const sharedProcess = {
  setupFiles: ['test/support/forget-failure.ts', 'test/support/restore-environment.ts'],
  isolate: false,
};

/** Those that open devices of their own or change their process, or that measure. */
const ofOwnProcess = [
  'test/{browser,library}/**/*.test.ts',
  'test/bench/{bench-command,bench-report,commands.full,interleave,kernels,own-cases,roofs.full,screen,start.full,throughput}.test.ts',
  'test/node/{background-writer,embedded-swiftshader,file-storage-processes,process-lock,several-devices}.test.ts',
  'test/network/refused-kernels.test.ts',
  'test/ascent/shipped-*.test.ts',
];

const everything = [
  // In the order of their names: the longest files come first.
  project('own process', ofOwnProcess, ownProcess),
  project('shared process', ['test/**/*.test.ts'], { ...sharedProcess, exclude: ofOwnProcess }),
];
const aboutAdapters = [
  project(
    'adapter',
    [
      'test/{kernels,network,gpu,genome}/**/*.test.ts',
      'test/model/alexnet.test.ts',
      'test/ascent/gradients.test.ts',
    ],
    // A device to each process: drivers of GPUs do not all withstand a second one after the first was closed.
    ownProcess,
  ),
];

export default defineConfig({
  test: {
    projects: selection === 'gpu' ? aboutAdapters : everything,
    globalSetup: selection === 'gpu' ? 'test/support/say-adapter.ts' : 'test/build-once.ts',
    ...(selection === 'gpu' && { reporters: ['default', './test/support/list-failures.ts'] }),
    // Most of a test's time is a driver compiling on one thread: two files at a time even on two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});

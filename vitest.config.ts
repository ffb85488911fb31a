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

/** Tests never tune, nor read what the user has tuned: nothing is ever written there. */
const untuned = { FOOL_TUNING_FOLDER: join(tmpdir(), `easily-fooled-untuned-${String(process.pid)}`) };

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
      env: untuned,
      testTimeout: 120_000,
      hookTimeout: 120_000,
      ...options,
    },
  };
}

/** A process and a device to each file, for those that do something to either. */
const ownDevice = { setupFiles: 'test/support/close-device.ts' };
/** A device to each process: what one file has had compiled, the next one has. */
const sharedDevice = { setupFiles: 'test/support/forget-failure.ts', isolate: false };

/** The same for commands, of which few launches are worth no long compiling; those in processes of their own inherit it. */
const sharedCommands = {
  setupFiles: 'test/support/restore-environment.ts',
  isolate: false,
  env: { ...untuned, FOOL_EXPECTED_LAUNCHES: '10' },
};

/** Of the bench and of Node's side, those that neither open a device nor change their process. */
const withoutDevice = [
  'test/bench/{axis,compare,humps,kept-roofs,median-interval,outputs,peer-table,rank-test,recorder,repetitions,report,results-file,roofs,row-table,shape-notation,shown-rows}.test.ts',
  'test/node/{animation,download,image-file,image-file-refusals,image-folder,jpeg,jpeg-odd,mnist-files,private-folder,report-files,training-files,tuning-cache,what-to-install}.test.ts',
];

/** Of the engine, those that open devices of their own, or that want the shared one otherwise. */
const onOwnDevice = ['test/network/refused-kernels.test.ts', 'test/ascent/shipped-*.test.ts'];

const everything = [
  // In the order of their names, so that the longest files come first.
  project('cli', ['test/cli/**/*.test.ts'], sharedCommands),
  project('commands', ['test/{browser,bench,node,library}/**/*.test.ts', ...onOwnDevice], {
    ...ownDevice,
    exclude: withoutDevice,
  }),
  project(
    'engine',
    ['test/{gpu,kernels,network,model,weights,genome,evolution,ascent,runs,experiments}/**/*.test.ts'],
    {
      ...sharedDevice,
      exclude: onOwnDevice,
    },
  ),
  project(
    'unit',
    [
      'test/{util,random,wgsl,image,formats,datasets,report}/**/*.test.ts',
      'test/*.test.ts',
      ...withoutDevice,
    ],
    {
      isolate: false,
    },
  ),
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
    ownDevice,
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

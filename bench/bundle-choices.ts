/**
 * `npm run defaults`: measures the usual shapes and writes the bundled table of choices for this kind of adapter: variants that are
 * clearly faster than what the cost model picks. Other entries of the table stay as they are.
 */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { adapterOption, positiveNumber } from '../src/cli/options.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { noChoices, type ChoiceTable, type TuningTask } from '../src/gpu/tuning.ts';
import { suited } from '../src/kernels/tuning/suited.ts';
import { tune, type TuningResult } from '../src/kernels/tuning/tuner.ts';
import { messageOf } from '../src/util/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { loadModel } from '../src/node/model-file.ts';
import { createNetwork } from '../src/network/network.ts';
import type { NetworkOptions } from '../src/network/record.ts';
import { uploadParameters } from '../src/network/upload.ts';
import { saveFile } from '../src/node/save-file.ts';
import { isStopped, listenForStop, type StoppedError } from './sampling/stop.ts';
import { loadMonitor } from './sampling/machine-load.ts';

/** The networks that the commands build of the bundled models with their default settings: evolve, classify, ascend; train. */
const usual: readonly { readonly model: string; readonly options: NetworkOptions }[] = [
  { model: 'lenet-mnist', options: { batch: 200 } },
  { model: 'lenet-mnist', options: { batch: 4 } },
  { model: 'lenet-mnist', options: { batch: 200, gradients: { input: true, parameters: false } } },
  { model: 'lenet-mnist', options: { batch: 12, gradients: { input: true, parameters: false } } },
  {
    model: 'lenet-mnist',
    options: {
      batch: 64,
      training: true,
      gradients: { input: false, parameters: true },
      loss: 'cross-entropy',
    },
  },
  { model: 'caffenet-tiny', options: { batch: 4, images: 1, gradients: { input: true, parameters: false } } },
  { model: 'caffenet-tiny', options: { batch: 4, gradients: { input: true, parameters: false } } },
  { model: 'caffenet-tiny', options: { batch: 64 } },
];

interface DefaultsOptions {
  readonly adapter: string;
  readonly models: string;
  /** Seconds from the start of the process. */
  readonly limit?: number;
}

new Command('defaults')
  .description('measure the tables of kernel variants that are shipped')
  .addOption(adapterOption())
  .option('--models <list>', 'models to measure', 'lenet-mnist,caffenet-tiny')
  .option('--limit <seconds>', 'stop after this time, and keep what was measured', positiveNumber)
  .action(async (options: DefaultsOptions) => {
    const gpu = await openGpu(options.adapter);
    console.log(`adapter: ${gpu.adapter.description}`);
    // Each result is written to the table at once.
    const leave = ({ message, exitCode }: StoppedError) => {
      console.log(`${message}; the table has what was measured until then`);
      process.exit(exitCode);
    };
    const stop = listenForStop({ ...options, leave });
    try {
      await measureDefaults(gpu, options.models.split(','), stop.signal);
    } catch (error) {
      if (!isStopped(error)) throw error;
      leave(error);
    }
    process.exit(0);
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`defaults: ${messageOf(error)}`);
    process.exit(1);
  });

/** @throws StoppedError between two shapes */
async function measureDefaults(gpu: Gpu, models: readonly string[], signal: AbortSignal): Promise<void> {
  const file = `src/kernels/tuning/defaults/${gpu.adapter.kind}.json`;
  let table: ChoiceTable = JSON.parse(readFileSync(file, 'utf8')) as ChoiceTable;
  const keep = async (results: readonly TuningResult[]) => {
    table = withResults(table, results);
    await saveFile(file, new TextEncoder().encode(JSON.stringify(table, null, 2) + '\n'));
  };
  const monitor = loadMonitor(gpu, signal);
  const measured = new Set<string>();
  const hooks = { now: () => performance.now(), onWarning: console.warn };
  gpu.tuning = {
    ...noChoices,
    async prepare(tasks: readonly TuningTask[]) {
      for (const task of tasks.filter(({ shape }) => !measured.has(shape))) {
        await monitor.ready();
        measured.add(task.shape);
        const results = await tune(gpu, [suited(task, gpu.adapter.kind)], hooks);
        await keep(results);
        for (const result of results) show(task.label, result);
      }
    },
  };
  for (const { model: name, options } of usual.filter(({ model }) => models.includes(model))) {
    const { model } = await loadModel(name);
    console.log(`${name}, ${JSON.stringify(options)}`);
    const parameters = await uploadParameters(gpu, model.architecture, model.weights, name);
    (await createNetwork(gpu, model.architecture, parameters, options)).destroy();
    parameters.destroy();
  }
  console.log(`written to ${file}`);
}

/** Shapes for which the cost model picks well have no entry. */
function withResults(table: ChoiceTable, results: readonly TuningResult[]): ChoiceTable {
  const entries = new Map(Object.entries(table));
  for (const { shape, variant, usual: picked } of results) {
    if (variant === picked) entries.delete(shape);
    else entries.set(shape, variant);
  }
  return Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function show(label: string, { variant, usual: picked, times }: TuningResult): void {
  const list = Object.entries(times).map(([name, time]) => `${name} ${time.toPrecision(3)} ms`);
  console.log(
    `${label}: ${variant}${variant === picked ? '' : ` instead of ${picked}`} (${list.join(', ')})`,
  );
}

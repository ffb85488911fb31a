/**
 * `npm run defaults`: measures the shapes that most people meet, and writes the table of choices that comes along for this
 * kind of adapter: what is clearly faster than what the cost model picks. Other entries of the table stay as they are.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { undecided, type ChoiceTable, type Contest } from '../src/gpu/tuning.ts';
import { tune, type Verdict } from '../src/kernels/tuner.ts';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { loadModel } from '../src/node/model-file.ts';
import { createNetwork, type NetworkOptions } from '../src/nn/network.ts';
import { uploadParameters } from '../src/nn/upload.ts';

/** What the commands make of the shipped models with their usual settings: evolve, classify, ascend; train. */
const usual: readonly { readonly model: string; readonly options: NetworkOptions }[] = [
  { model: 'lenet-mnist', options: { batch: 200 } },
  { model: 'lenet-mnist', options: { batch: 4 } },
  { model: 'lenet-mnist', options: { batch: 200, gradients: { input: true, parameters: false } } },
  { model: 'lenet-mnist', options: { batch: 12, gradients: { input: true, parameters: false } } },
  {
    model: 'lenet-mnist',
    options: { batch: 64, training: true, gradients: { input: false, parameters: true } },
  },
  { model: 'caffenet-tiny', options: { batch: 4, images: 1, gradients: { input: true, parameters: false } } },
  { model: 'caffenet-tiny', options: { batch: 4, gradients: { input: true, parameters: false } } },
  { model: 'caffenet-tiny', options: { batch: 64 } },
];

new Command('defaults')
  .description('measure the tables of kernel variants that come along')
  .option('--adapter <name>', 'auto, swiftshader, lavapipe, or part of an adapter’s name', 'auto')
  .option('--models <list>', 'models to measure', 'lenet-mnist,caffenet-tiny')
  .action(async ({ adapter, models }: { adapter: string; models: string }) => {
    const gpu = await openGpu(adapter);
    const { kind } = gpu.adapter;
    console.log(`adapter: ${gpu.adapter.description}`);
    const file = `src/kernels/defaults/${kind}.json`;
    let table: ChoiceTable = JSON.parse(readFileSync(file, 'utf8')) as ChoiceTable;
    const keep = (verdicts: readonly Verdict[]) => {
      table = withVerdicts(table, verdicts);
      writeFileSync(file, JSON.stringify(table, null, 2) + '\n');
    };
    const measured = new Set<string>();
    const hooks = { now: () => performance.now(), onWarning: console.warn };
    gpu.tuning = {
      ...undecided,
      async prepare(contests: readonly Contest[]) {
        for (const contest of contests.filter(({ shape }) => !measured.has(shape))) {
          measured.add(contest.shape);
          const verdicts = await tune(gpu, [contest], hooks);
          keep(verdicts);
          for (const verdict of verdicts) show(contest.label, verdict);
        }
      },
    };
    for (const { model: name, options } of usual.filter(({ model }) => models.split(',').includes(model))) {
      const { model } = await loadModel(name);
      console.log(`${name}, ${JSON.stringify(options)}`);
      const parameters = await uploadParameters(gpu, model.architecture, model.weights, name);
      (await createNetwork(gpu, model.architecture, parameters, options)).destroy();
      for (const buffer of parameters.values()) buffer.destroy();
    }
    console.log(`written to ${file}`);
    process.exit(0);
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`defaults: ${messageOf(error)}`);
    process.exit(1);
  });

/** Shapes for which the cost model picks well have no entry. */
function withVerdicts(table: ChoiceTable, verdicts: readonly Verdict[]): ChoiceTable {
  const entries = new Map(Object.entries(table));
  for (const { shape, variant, usual: picked } of verdicts) {
    if (variant === picked) entries.delete(shape);
    else entries.set(shape, variant);
  }
  return Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}

function show(label: string, { variant, usual: picked, times }: Verdict): void {
  const list = Object.entries(times).map(([name, time]) => `${name} ${time.toPrecision(3)} ms`);
  console.log(
    `${label}: ${variant}${variant === picked ? '' : ` instead of ${picked}`} (${list.join(', ')})`,
  );
}

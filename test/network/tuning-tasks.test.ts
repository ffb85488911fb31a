import { expect, onTestFinished, test } from 'vitest';
import { firstOf, type TuningTask } from '../../src/gpu/tuning.ts';
import { run } from '../../src/gpu/program.ts';
import { tableOf, tuneOnDemand } from '../../src/kernels/tuning/measured-choices.ts';
import { createNetwork } from '../../src/network/network.ts';
import type { Architecture } from '../../src/network/layer.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { covering } from '../support/full.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';

/**
 * Every variant is compiled, which takes its time for whatever is written out: a small kernel, and a product over 11 · 13 values,
 * which no variant takes several at a time of.
 */
const architecture: Architecture = {
  name: 'tiny',
  input: [1, 14, 2],
  layers: [
    { kind: 'convolution', name: 'conv1', outChannels: 11, kernel: 2, stride: 1, padding: 0, groups: 1 },
    { kind: 'relu', name: 'relu1' },
    { kind: 'dense', name: 'ip1', outputs: 5 },
  ],
};
const weights = initialWeights(architecture, 1);
const batch = 8;

test('tuning a network takes variants that the adapter allows, and changes no result', async () => {
  const gpu = await openTestGpu();
  onTestFinished(() => {
    gpu.tuning = undefined;
  });
  const parameters = await uploadParameters(gpu, architecture, weights, 'tiny');
  const x = randomValues(28 * batch, 7);
  const logits = async () => {
    const network = await createNetwork(gpu, architecture, parameters, { batch });
    gpu.write(network.input, x);
    run(gpu, network.forward);
    return { network, logits: new Float32Array(await gpu.read(network.logits)) };
  };
  const untuned = await logits();
  const seen: TuningTask[] = [];
  let table = {};
  const tuning = tuneOnDemand(
    gpu,
    { now: () => performance.now(), onWarning: (text: string) => expect.fail(text) },
    (results) => {
      table = { ...table, ...tableOf(results) };
      return Promise.resolve();
    },
  );
  gpu.tuning = {
    variantFor: (shape) => tuning.variantFor(shape),
    prepare: async (tasks) => {
      seen.push(...tasks);
      await tuning.prepare?.(
        tasks.map((task) => ({
          ...task,
          launches: covering(task.launches, task.launches.slice(0, 4)),
        })),
      );
    },
  };
  const tuned = await logits();
  expectClose(tuned.logits, untuned.logits);
  expect(tuned.network.forward.choices()).toEqual(table);
  expect(seen.map(({ label }) => label)).toEqual(['conv1 forward, relu1', 'ip1 forward']);
  for (const { launches, shape } of seen) {
    const names = launches.map(({ choice }) => choice?.variant);
    expect(names[0]).toBe(untuned.network.forward.choices()[shape]);
    expect([...names].sort()).toEqual([...launches[0]!.choice!.allowed].sort());
    expect(names).toContain(tuned.network.forward.choices()[shape]);
  }
  const settled = await createNetwork(gpu, architecture, parameters, {
    batch,
    choices: firstOf(untuned.network.forward.choices()),
  });
  expect(settled.forward.variants()).toEqual(untuned.network.forward.variants());
});

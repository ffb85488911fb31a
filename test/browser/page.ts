/** What the page of the browser test runs: the same core, on the browser's own WebGPU. */
import { classObjectives } from '../../src/ascent/objective/parse-objective.ts';
import { presets } from '../../src/ascent/optimiser/presets.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import { evolve } from '../../src/evolution/evolve.ts';
import { readModel } from '../../src/weights/read-model.ts';
import { recordAscent } from '../../src/runs/ascent/record.ts';
import { newAscent } from '../../src/runs/ascent/start.ts';
import { Gpu } from '../../src/gpu/device.ts';
import { type Model } from '../../src/model/model.ts';
import { readAscent } from '../../src/runs/ascent/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

/** Of the browser; the core is compiled without the DOM's types. */
declare const navigator: { readonly gpu: GPU };

let opened: Promise<Gpu> | undefined;

/** One device for all that the page does, so that a pipeline is compiled once. */
const openHere = (): Promise<Gpu> => (opened ??= open());

async function open(): Promise<Gpu> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('the browser has no WebGPU adapter');
  return Gpu.open(adapter, {
    name: 'browser',
    kind: 'swiftshader',
    vendor: '',
    description: 'browser',
    reason: 'the only one',
  });
}

/** What is climbed here and in Node. */
export function climbingSettings(model: Model): AscentRunSettings {
  const { climb, measure } = presets.default;
  return {
    model: model.name,
    objectives: classObjectives([3, 7], measure, [], model),
    steps: 6,
    seed: 2,
    start: { from: 'gaussian', size: 1 },
    parametrisation: { kind: 'pixel' },
    trials: [{ name: 'default', climb }],
    batch: 4,
  };
}

/** @returns the confidences of every iteration, of both objectives one after the other */
export async function climbHere(weights: Uint8Array): Promise<number[]> {
  const gpu = await openHere();
  const model = readModel(weights, 'lenet-mnist.safetensors', 'lenet-mnist');
  const storage = new MemoryStorage();
  const ascent = await newAscent({
    gpu,
    model,
    sha256: '',
    settings: climbingSettings(model),
    storage,
    encodePicture: () => new Uint8Array(1),
    started: '',
  });
  await recordAscent(ascent, { now: () => performance.now() });
  return (await readAscent(storage)).history.flatMap(({ confidence }) => [...confidence]);
}

/** @returns the confidence of every cell after a few generations */
export async function evolveHere(
  weights: Uint8Array,
  generations: number,
  population: number,
): Promise<number[]> {
  const gpu = await openHere();
  const model = readModel(weights, 'lenet-mnist.safetensors', 'lenet-mnist');
  using run = await evolve({ gpu, model, generations, population, seed: 2 });
  return [...run.archive.confidences()];
}

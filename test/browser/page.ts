/** What the page of the browser test runs: the same core, on the browser's own WebGPU. */
import { evolve } from '../../src/evolution/evolve.ts';
import { newEvolution } from '../../src/experiments/evolution-run.ts';
import { Gpu } from '../../src/gpu/device.ts';
import { readModel } from '../../src/models/model.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

/** Of the browser; the core is compiled without the DOM's types. */
declare const navigator: { readonly gpu: GPU };

/** @returns the confidence of every cell after a few generations */
export async function evolveHere(
  weights: Uint8Array,
  generations: number,
  population: number,
): Promise<number[]> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error('the browser has no WebGPU adapter');
  const description = {
    name: 'browser',
    kind: 'swiftshader',
    vendor: '',
    description: 'browser',
    reason: 'the only one',
  } as const;
  const gpu = await Gpu.open(adapter, description);
  const model = readModel(weights, 'lenet-mnist.safetensors', 'lenet-mnist');
  const settings = {
    model: 'lenet-mnist',
    encoding: 'cppn',
    generations,
    population,
    seed: 2,
    crops: 1,
    coordinates: 'pixels',
  } as const;
  const storage = new MemoryStorage();
  const setup = {
    gpu,
    model,
    sha256: '',
    settings,
    storage,
    encodePicture: () => new Uint8Array(1),
    started: '',
  };
  const evolution = await newEvolution(setup);
  await evolve(evolution, { now: () => performance.now() });
  gpu.close();
  return evolution.archive.confidences();
}

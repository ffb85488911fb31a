/** Runs of a network that is small enough to evolve against dozens of times in one test. */
import type { FollowOptions } from '../../src/evolution/evolve.ts';
import { carryOut } from '../../src/runs/evolution/carry-out.ts';
import type { SavingOptions } from '../../src/runs/evolution/recorder.ts';
import type { RunSettings, RunSummary } from '../../src/runs/evolution/records.ts';
import { newEvolution, resumedEvolution } from '../../src/runs/evolution/start.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Model } from '../../src/model/model.ts';
import type { Architecture, Extent } from '../../src/network/layer.ts';
import { volume } from '../../src/network/layer.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { encodePng } from '../../src/node/image-file.ts';
import type { MemoryStorage, Storage } from '../../src/storage/storage.ts';
import { openTestGpu } from '../gpu.ts';

export const sha256 = 'ab'.repeat(32);

/**
 * Random weights, large enough that the network has opinions.
 * @param input what the network sees of an image: all of it, or a crop
 */
export function tinyModel(image: Extent = [1, 12, 12], classes = 5, input: Extent = image): Model {
  const architecture: Architecture = {
    name: 'tiny',
    input,
    layers: [
      { kind: 'convolution', name: 'conv1', outChannels: 6, kernel: 5, stride: 1, padding: 0, groups: 1 },
      { kind: 'max-pool', name: 'pool1', size: 2, stride: 2, rounding: 'up' },
      { kind: 'relu', name: 'relu1' },
      { kind: 'dense', name: 'ip1', outputs: classes },
    ],
  };
  const weights = new Map(
    [...initialWeights(architecture, 1)].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => 3 * value) },
    ]),
  );
  return {
    name: 'tiny',
    architecture,
    weights,
    preprocessing: {
      image,
      crop: input[1],
      mean: new Float32Array(volume(image)).fill(100),
      scale: Array.from({ length: image[0] }, () => 1 / 128),
      channelOrder: image[0] === 1 ? 'gray' : 'rgb',
    },
    labels: Array.from({ length: classes }, (_, index) => `class ${String(index)}`),
    card: {},
  };
}

export const tinySettings: RunSettings = {
  model: 'tiny',
  encoding: 'cppn',
  generations: 6,
  population: 13,
  seed: 5,
  crops: 1,
  coordinates: 'pixels',
};

/** How a run is followed, and how often it is saved. */
export interface TinyHooks extends Omit<FollowOptions, 'signal'>, SavingOptions {
  /** Asked after every generation; true ends the run. */
  readonly shouldStop?: () => boolean;
}

export interface TinyRun {
  readonly storage: Storage;
  /** The one that tests share by default. */
  readonly gpu?: Gpu;
  readonly settings?: RunSettings;
  readonly model?: Model;
  readonly resume?: boolean;
  readonly hooks?: TinyHooks;
  readonly memoryBudget?: number;
  readonly fromArchive?: boolean;
}

/** Saves after every generation where the hooks say nothing else. */
export async function tinyRun({
  storage,
  settings = tinySettings,
  model = tinyModel(),
  resume = false,
  hooks = {},
  memoryBudget = 2 ** 30,
  fromArchive = false,
  gpu,
}: TinyRun): Promise<RunSummary> {
  const setup = {
    gpu: gpu ?? (await openTestGpu()),
    model,
    sha256,
    settings,
    storage,
    encodePicture: encodePng,
    memoryBudget,
    fromArchive,
    started: '2020-01-01T00:00:00.000Z',
    ...{ checkpointEvery: 0, savingShare: 1, ...hooks },
  };
  using run = resume ? await resumedEvolution(setup) : await newEvolution(setup);
  const stopping = new AbortController();
  return await carryOut(run, {
    ...hooks,
    signal: stopping.signal,
    onGeneration: (event) => {
      hooks.onGeneration?.(event);
      if (hooks.shouldStop?.() === true) stopping.abort();
    },
  });
}

/** A colour network whose direct genomes are large enough (21.6 kB) to be files; it sees a corner of the picture. */
export const tinyColourModel = (): Model => tinyModel([3, 60, 60], 5, [3, 8, 8]);

/** Archive, pictures and genomes, and progress without its times: what a repetition must give bit for bit. */
export function outcomeOf({ files }: MemoryStorage): Record<string, string> {
  const text = (path: string) => new TextDecoder('latin1').decode(files.get(path));
  const kept = [...files.keys()]
    // Of a genome that no elite has any more there may be a file still: the checkpoint before names it.
    .filter(
      (path) =>
        path === 'archive.json' ||
        path === 'lineage.json' ||
        path.startsWith('images/') ||
        text('archive.json').includes(`"${path}"`),
    )
    .sort();
  const progress = text('progress.jsonl').replaceAll(/"seconds":[^,]*,|,"checksum":"[^"]*"/g, '');
  return { ...Object.fromEntries(kept.map((path) => [path, text(path)])), progress };
}

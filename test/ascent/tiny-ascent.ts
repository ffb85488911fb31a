/** Ascents of a network that is small enough to climb dozens of times in one test. */
import type { Objective } from '../../src/ascent/objective/objective.ts';
import { classObjectives, leavingObjective } from '../../src/ascent/objective/parse-objective.ts';
import type { AscentSummary } from '../../src/runs/ascent/schema.ts';
import type { Climb } from '../../src/ascent/settings.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import { recordAscent, type RecordingHooks } from '../../src/runs/ascent/record.ts';
import { newAscent, resumedAscent } from '../../src/runs/ascent/start.ts';
import type { Gpu } from '../../src/gpu/device.ts';
import type { Guess } from '../../src/model/likeliest.ts';
import type { Model } from '../../src/model/model.ts';
import { encodePng } from '../../src/node/image-file.ts';
import type { MemoryStorage, Storage } from '../../src/storage/storage.ts';
import { sha256, tinyModel } from '../evolution/tiny-run.ts';
import { volume } from '../../src/network/layer.ts';
import { openTestGpu } from '../gpu.ts';
import { randomValues } from '../kernels/numbers.ts';

export const plainClimb: Climb = {
  step: { rule: 'normalised', size: 2.5 },
  momentum: 0,
  decay: 0.01,
  smallNorm: 0,
  smallContribution: 0,
};

/** Five classes from noise. */
export const tinyAscentSettings: AscentRunSettings = {
  model: 'tiny',
  objectives: classObjectives([0, 1, 2, 3, 4], 'log-probability', [], tinyModel()),
  steps: 20,
  seed: 3,
  start: { from: 'gaussian', size: 5 },
  parametrisation: { kind: 'pixel' },
  trials: [{ name: 'plain', climb: plainClimb }],
  batch: 4,
};

export const withClimb = (changes: Partial<Climb>): AscentRunSettings => ({
  ...tinyAscentSettings,
  trials: [{ name: 'plain', climb: { ...plainClimb, ...changes } }],
});

const transformation = { jitter: 2, rotate: 10, scale: 0.1 };
const waves: AscentRunSettings = {
  ...tinyAscentSettings,
  start: { from: 'gaussian', size: 1 },
  parametrisation: { kind: 'fourier' },
};
const genomes: AscentRunSettings = {
  ...withClimb({ step: { rule: 'adam', size: 0.1 }, decay: 0 }),
  start: { from: 'mean' },
  parametrisation: { kind: 'cppn', coordinates: 'normalised', mutations: 15 },
};
/** One of every kind of ascent. */
export const ascentKinds: readonly (readonly [name: string, settings: AscentRunSettings])[] = [
  ['pixels', tinyAscentSettings],
  ['momentum and a goal', { ...withClimb({ momentum: 0.9 }), until: 0.7 }],
  ['Adam and random views', { ...withClimb({ step: { rule: 'adam', size: 3 } }), transformation }],
  ['waves', waves],
  ['CPPNs', genomes],
  [
    'pictures, each in a ball',
    {
      ...withClimb({ step: { rule: 'normalised', size: 4 }, decay: 0 }),
      objectives: [0, 1, 2, 0, 1].map((picture, place): Objective => {
        const shown = place % 2;
        const leaving = leavingObjective(shown, 'log-probability', tinyModel());
        const [wanting] = classObjectives([2 + shown], 'log-probability', [], tinyModel());
        return { ...(place < 3 ? leaving : wanting!), name: `picture ${String(place)}`, picture };
      }),
      start: {
        from: 'pictures',
        folder: 'pictures',
        pictures: ['a.png', 'b.png', 'c.png'].map((file) => ({ file, sha256: '' })),
        noise: 8,
      },
      ball: { norm: 'l2', radius: 60 },
    },
  ],
  [
    'several trials',
    {
      ...tinyAscentSettings,
      steps: 6,
      trials: [0.5, 2.5, 5].map((size) => ({
        name: `size ${String(size)}`,
        climb: { ...plainClimb, step: { rule: 'normalised', size } },
      })),
    },
  ],
];

export interface TinyAscent {
  readonly storage: Storage;
  /** The one that tests share, unless told. */
  readonly gpu?: Gpu;
  readonly settings?: AscentRunSettings;
  readonly model?: Model;
  readonly resume?: boolean;
  readonly hooks?: Partial<RecordingHooks>;
  readonly pictures?: readonly Uint8Array<ArrayBuffer>[];
  readonly named?: readonly Guess[];
  readonly onResumeWarning?: (text: string) => void;
}

/** Pictures for the start, all of them different, where it is some. */
export function tinyPictures({ start }: AscentRunSettings): Uint8Array<ArrayBuffer>[] {
  const count = start.from === 'pictures' ? start.pictures.length : start.from === 'picture' ? 1 : 0;
  const values = volume(tinyModel().preprocessing.image);
  return Array.from({ length: count }, (_, picture) =>
    Uint8Array.from(randomValues(values, 70 + picture), (value) => Math.round(127 + 120 * value)),
  );
}

/** Reads back after every few iterations and saves each time, unless the hooks say otherwise. */
export async function tinyAscent({
  storage,
  settings = tinyAscentSettings,
  model = tinyModel(),
  resume = false,
  hooks = {},
  pictures = tinyPictures(settings),
  named,
  onResumeWarning = () => undefined,
  gpu,
}: TinyAscent): Promise<AscentSummary> {
  const setup = {
    gpu: gpu ?? (await openTestGpu()),
    model,
    sha256,
    settings,
    storage,
    encodePicture: encodePng,
    started: '2020-01-01T00:00:00.000Z',
    onWarning: onResumeWarning,
    pictures,
    ...(named && { named }),
  };
  const ascent = resume ? await resumedAscent(setup) : await newAscent(setup);
  try {
    return await recordAscent(ascent, {
      now: () => performance.now(),
      checkpointEvery: 0,
      submissionTime: 5,
      ...hooks,
    });
  } finally {
    ascent.destroy();
  }
}

/** What a repetition must give bit for bit: records, pictures and film strips, without times and their read-backs. */
export function ascentOutcome({ files }: MemoryStorage): Record<string, string> {
  const kept = [...files.keys()]
    .filter((path) => /^(archive\.json|history\.jsonl|trials\.json|images\/|trials\/|frames\/)/.test(path))
    .sort();
  return Object.fromEntries(kept.map((path) => [path, new TextDecoder('latin1').decode(files.get(path))]));
}

/** Records of an ascent that never was, for the tests of its schemas, its reader and its report. */
import type { Objective } from '../../src/ascent/objective/objective.ts';
import {
  milestones,
  type AscentHistory,
  type AscentProgress,
  type AscentRecord,
  type AscentRow,
  type AscentSummary,
  type TrialRecord,
} from '../../src/runs/ascent/schema.ts';
import type { Climb } from '../../src/ascent/settings.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import type { AscentReportInput } from '../../src/report/ascent-report.ts';
import type { SavedAscent } from '../../src/runs/ascent/read.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';
import { fakeGenome } from './fake-run.ts';

export interface FakeAscent {
  readonly objectives?: number;
  readonly steps?: number;
  readonly trials?: number;
  readonly label?: (index: number) => string;
  /** The last objective watches no class, but a unit of a layer. */
  readonly unit?: boolean;
  readonly fromPicture?: boolean;
  /** What came of each picture, of a folder of them that were to be named another class: they all are the class 7 before. */
  readonly attacked?: readonly ('success' | 'failure' | 'already')[];
  readonly genomes?: boolean;
  /** The objective of this place ends early. */
  readonly faulty?: number;
}

export const fault = 'the gradient vanishes at relu6';
const classes = 10;

export function fakeAscent(fake: FakeAscent = {}) {
  const { objectives = 3, steps = 40, trials = 1, label = String } = fake;
  const labels = Array.from({ length: Math.max(classes, objectives) }, (_, index) => label(index));
  const records = Array.from({ length: trials > 1 ? trials : 0 }, (_, trial) => trialOf(trial, fake, labels));
  const rows = Array.from({ length: objectives }, (_, index) => rowOf(index, 0, fake, labels));
  const folder: SavedAscent & { readonly summary: AscentSummary } = {
    run: recordOf(labels, fake),
    progress: [progressOf(10), progressOf(steps)],
    damagedLines: 0,
    rows,
    history: rows.map(({ objective }, index) => historyOf(objective, index, steps)),
    trials: records,
    summary: summaryOf(objectives, steps, records),
  };
  return folder;
}

/** Pictures that are no PNGs, told apart by a byte, and a strip for the first objective. */
export function withPictures(folder: SavedAscent): AscentReportInput {
  const rows = [...folder.rows, ...folder.trials.flatMap((trial) => trial.rows)];
  const png = (index: number) => Uint8Array.of(137, 80, 78, 71, index % 256);
  return {
    ...folder,
    name: 'fake',
    pictures: new Map(folder.rows.map(({ picture }, index) => [picture, { png: png(index) }])),
    compared: new Map(rows.map(({ picture }, index) => [picture, png(index)])),
    starts: new Map(rows.flatMap(({ attack }) => (attack ? [[attack.start, { png: png(200) }]] : []))),
    differences: new Map(rows.map(({ picture }) => [picture, { picture: { png: png(201) }, times: 12 }])),
    frames: new Map([[0, [0, 4, 16].map((iteration) => ({ iteration, png: png(iteration) }))]]),
  };
}

/** The folder that holds these records. */
export async function ascentStorage(folder: SavedAscent): Promise<MemoryStorage> {
  const { run, progress, rows, history, trials, summary } = folder;
  const lines = (records: readonly unknown[]) =>
    records.map((record) => `${JSON.stringify(record)}\n`).join('');
  const storage = new MemoryStorage();
  await storage.write('run.json', JSON.stringify(run));
  await storage.write('progress.jsonl', lines(progress));
  await storage.write('archive.json', JSON.stringify(rows));
  await storage.write('history.jsonl', lines(history));
  if (trials.length > 0) await storage.write('trials.json', JSON.stringify(trials));
  if (summary) await storage.write('summary.json', JSON.stringify(summary));
  return storage;
}

/** Objectives climb at different paces; later trials are slower. */
function confidenceAt(index: number, iteration: number, trial = 0): number {
  return 1 - 0.9 * 10 ** (-iteration / ((1 + (index % 9)) * (1 + trial)));
}

function objectiveOf(index: number, { objectives = 3, unit = false, attacked }: FakeAscent): Objective {
  if (attacked)
    return {
      name: `7/${String(index)}.png: away from class 7`,
      terms: [{ of: 'log-probability', class: 7, weight: -1 }],
      watched: null,
      picture: index,
    };
  return unit && index === objectives - 1
    ? {
        name: 'conv2:12,6,6',
        terms: [{ of: 'unit', layer: 'conv2', channel: 12, place: [6, 6], weight: 1 }],
        watched: null,
      }
    : {
        name: `class ${String(index)}`,
        terms: [{ of: 'logit', class: index, weight: 1 }],
        watched: index,
      };
}

function rowOf(index: number, trial: number, fake: FakeAscent, labels: readonly string[]): AscentRow {
  const { steps = 40, trials = 1 } = fake;
  const { name, watched } = objectiveOf(index, fake);
  const number = watched ?? 7;
  const reached = milestones.map((milestone) => {
    if (watched === null) return null;
    const iteration = Array.from({ length: steps + 1 }, (_, place) => place).find(
      (place) => confidenceAt(index, place, trial) >= milestone,
    );
    return iteration ?? null;
  });
  const file = String(index).padStart(4, '0');
  return {
    objective: name,
    class: number,
    label: labels[number] ?? '',
    confidence: confidenceAt(index, steps, trial),
    value: 12.5,
    startValue: -3,
    iteration: steps,
    iterations: steps,
    firstNamed: watched === null ? null : 2,
    reached,
    ...(fake.faulty === index ? { fault } : {}),
    ...(fake.attacked && attackOf(index, fake.attacked[index] ?? 'success')),
    ...(fake.fromPicture ? { distance: { l2: 100 * (1 + index), linf: 4 * (1 + index) } } : {}),
    picture: trials > 1 ? `trials/${String(trial).padStart(4, '0')}/${file}.png` : `images/${file}.png`,
    ...(fake.genomes ? { genome: fakeGenome(index) } : {}),
  };
}

function attackOf(
  index: number,
  outcome: 'success' | 'failure' | 'already',
): Pick<AscentRow, 'attack' | 'distance'> {
  const before = { class: outcome === 'already' ? 1 : 7, label: outcome === 'already' ? '1' : '7' };
  const after = { class: outcome === 'failure' ? 7 : 3, label: outcome === 'failure' ? '7' : '3' };
  return {
    attack: {
      start: `starts/000${String(index)}.png`,
      file: `7/${String(index)}.png`,
      before: { ...before, confidence: 0.9999 },
      after: { ...after, confidence: 0.75 },
      success: outcome !== 'failure',
      ...(outcome === 'already' && { already: true }),
    },
    distance: { l2: 51 * (1 + index), linf: 8 },
  };
}

function historyOf(objective: string, index: number, steps: number): AscentHistory {
  const iterations = Array.from({ length: steps + 1 }, (_, iteration) => iteration);
  return {
    objective,
    value: iterations.map((iteration) => iteration / (1 + index) - 3),
    confidence: iterations.map((iteration) => confidenceAt(index, iteration)),
    named: iterations.map((iteration) => (iteration < 2 ? 5 : index % classes)),
    gradientNorm: iterations.map((iteration) => 10 ** (-iteration / 10)),
    imageNorm: iterations.map((iteration) => Math.sqrt(iteration) * (1 + index / 10)),
  };
}

export function climbOf(trial: number): Climb {
  const common = { momentum: 0.9, decay: 0.01, smallNorm: 0, smallContribution: 0 };
  if (trial % 5 === 4) return { ...common, step: { rule: 'progress', largest: 100, early: 0.03, late: 0.1 } };
  const blur = trial % 2 === 1 ? { blur: { radius: 0.5, every: 4 } } : {};
  return { ...common, ...blur, step: { rule: 'normalised', size: 10 ** (trial / 3 - 1) } };
}

function trialOf(trial: number, fake: FakeAscent, labels: readonly string[]): TrialRecord {
  const rows = Array.from({ length: fake.objectives ?? 3 }, (_, index) => rowOf(index, trial, fake, labels));
  const confidences = rows.map(({ confidence }) => confidence).sort((a, b) => a - b);
  return {
    name: `trial ${String(trial)}`,
    climb: climbOf(trial),
    medianConfidence: confidences[confidences.length >> 1] ?? 0,
    meanConfidence: confidences[0] ?? 0,
    minConfidence: confidences[0] ?? 0,
    reached9999: rows.filter(({ reached }) => reached[3] !== null).length,
    medianIterations: rows[0]?.reached[3] ?? null,
    rows,
  };
}

function settingsOf(fake: FakeAscent): AscentRunSettings {
  const { objectives = 3, steps = 40, trials = 1, fromPicture = false, genomes = false } = fake;
  return {
    model: 'lenet-mnist',
    objectives: Array.from({ length: objectives }, (_, index) => objectiveOf(index, fake)),
    steps,
    seed: 1,
    start: fake.attacked
      ? {
          from: 'pictures',
          folder: 'photographs',
          pictures: fake.attacked.map((_, index) => ({
            file: `7/${String(index)}.png`,
            sha256: '',
            class: 7,
          })),
          noise: 0,
        }
      : fromPicture
        ? { from: 'picture', file: 'cat.png', sha256: 'cd'.repeat(32), noise: 2 }
        : { from: 'gaussian', size: 1 },
    parametrisation: genomes ? { kind: 'cppn', coordinates: 'normalised', mutations: 20 } : { kind: 'pixel' },
    trials: Array.from({ length: trials }, (_, trial) => {
      return { name: `trial ${String(trial)}`, climb: climbOf(trial) };
    }),
    ...(fromPicture ? { ball: { norm: 'linf', radius: 12 } as const } : {}),
    transformation: { jitter: 2, rotate: 5, scale: 0.1 },
    until: 0.99999,
    batch: 16,
  };
}

function recordOf(labels: readonly string[], fake: FakeAscent): AscentRecord {
  return {
    format: 1,
    kind: 'ascent',
    version: '0.1.0',
    started: '2026-01-02T03:04:05.678Z',
    settings: settingsOf(fake),
    model: {
      name: 'lenet-mnist',
      architecture: 'lenet',
      sha256: 'ab'.repeat(32),
      labels,
      image: [1, 28, 28],
    },
    adapter: {
      name: 'SwiftShader',
      kind: 'swiftshader',
      description: 'SwiftShader 5',
      reason: 'no GPU was found',
    },
    variants: { 'conv1 conv2d': 'register16x2' },
  };
}

function progressOf(iteration: number): AscentProgress {
  return {
    trial: 0,
    iteration,
    evaluations: 16 * iteration,
    seconds: iteration / 10,
    median: 0.5,
    mean: 0.5,
    min: 0.1,
    best: 0.9,
  };
}

function summaryOf(objectives: number, steps: number, trials: readonly TrialRecord[]): AscentSummary {
  return {
    model: 'lenet-mnist',
    objectives,
    steps,
    seed: 1,
    adapter: 'SwiftShader',
    evaluations: 16 * steps,
    seconds: 92.4,
    evaluationsPerSecond: 434.2,
    secondsPerObjective: 3.25,
    medianConfidence: 0.99,
    meanConfidence: 0.98,
    minConfidence: 0.9,
    cellsAbove99: 2,
    cellsAbove9999: 2,
    ...(trials.length > 0 ? { bestTrial: 'trial 0' } : {}),
    complete: true,
  };
}

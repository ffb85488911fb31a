/** Records of a run that never was, for the tests of the report. */
import { mutateCppn, randomCppn } from '../../src/genome/cppn-genome.ts';
import type { CppnGenome } from '../../src/genome/genome.ts';
import type { CellRecord, ProgressRecord, RunRecord, RunSummary } from '../../src/runs/evolution/records.ts';
import { RandomStream } from '../../src/random/threefry.ts';
import type { ReportInput } from '../../src/report/evolution-report.ts';
import { MemoryStorage } from '../../src/storage/storage.ts';

export interface FakeRun {
  readonly classes?: number;
  readonly generations?: number;
  readonly encoding?: 'cppn' | 'direct';
  readonly label?: (index: number) => string;
}

export function fakeGenome(seed: number, { outputs = 1, mutations = 20 } = {}): CppnGenome {
  const random = RandomStream.of(seed);
  let genome = randomCppn(outputs, random);
  for (let step = 0; step < mutations; step++) genome = mutateCppn(genome, random);
  return genome;
}

export function fakeRun({ classes = 3, generations = 5, encoding = 'cppn', label = String }: FakeRun = {}) {
  const labels = Array.from({ length: classes }, (_, index) => label(index));
  const cells = labels.map((name, index): CellRecord => {
    const genome = encoding === 'cppn' ? fakeGenome(index) : ({ encoding, genes: 'AAAAAA==' } as const);
    const confidence = confidenceOf(index, generations - 1);
    return {
      class: index,
      label: name,
      confidence,
      id: index,
      parent: null,
      generation: 1,
      goalSwitches: 2,
      genome,
    };
  });
  const progress = Array.from({ length: generations }, (_, generation) => progressOf(generation, classes));
  const pictures = new Map(
    cells.map((cell) => [cell.class, { png: Uint8Array.of(137, 80, 78, 71, cell.class % 256) }]),
  );
  const input: ReportInput & { summary: RunSummary; run: RunRecord } = {
    name: 'fake',
    run: runRecord(labels, generations, encoding),
    progress,
    damagedLines: 0,
    cells,
    summary: summaryOf(generations, encoding),
    pictures,
  };
  return input;
}

/** The folder that holds these records. */
export async function storageOf({ run, progress, cells, summary }: ReportInput): Promise<MemoryStorage> {
  const storage = new MemoryStorage();
  await storage.write('run.json', JSON.stringify(run));
  await storage.write('progress.jsonl', progress.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await storage.write('archive.json', JSON.stringify(cells));
  if (summary) await storage.write('summary.json', JSON.stringify(summary));
  return storage;
}

function confidenceOf(index: number, generation: number): number {
  return 1 - 0.9 * 10 ** (-generation / (1 + index));
}

function progressOf(generation: number, classes: number): ProgressRecord {
  const confidences = Array.from({ length: classes }, (_, index) => confidenceOf(index, generation));
  const sorted = [...confidences].sort((a, b) => a - b);
  const mean = confidences.reduce((sum, value) => sum + value, 0) / classes;
  const median = sorted[classes >> 1] ?? 0;
  const [evaluations, seconds] = [200 * (generation + 1), 0.1 * (generation + 1)];
  const [min, best] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  return { generation, evaluations, seconds, median, mean, min, best, confidences, replaced: 1 };
}

function runRecord(labels: readonly string[], generations: number, encoding: 'cppn' | 'direct'): RunRecord {
  const settings = {
    model: 'lenet-mnist',
    encoding,
    generations,
    population: 200,
    seed: 1,
    crops: 1,
  } as const;
  return {
    format: 1,
    version: '0.1.0',
    started: '2026-01-02T03:04:05.678Z',
    settings: { ...settings, coordinates: 'pixels' },
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

function summaryOf(generations: number, encoding: 'cppn' | 'direct'): RunSummary {
  return {
    model: 'lenet-mnist',
    encoding,
    generations,
    population: 200,
    seed: 1,
    adapter: 'SwiftShader',
    evaluations: 200 * generations,
    seconds: 92.4,
    evaluationsPerSecond: 434.2,
    medianConfidence: 0.99,
    meanConfidence: 0.98,
    minConfidence: 0.9,
    cellsAbove99: 2,
    milliseconds: {
      setUp: 2400,
      render: 11200,
      network: 71300,
      readBack: 5200,
      evolution: 3100,
      saving: 1500,
    },
    complete: true,
  };
}

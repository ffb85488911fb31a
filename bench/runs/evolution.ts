/** Whole runs of the command line, from its start to its exit, with the memory that the process took. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageFolder } from '../../src/node/package-folder.ts';
import type { RunSummary } from '../../src/runs/evolution/records.ts';

export interface EvolutionRow {
  readonly work: string;
  readonly adapter: string;
  readonly seed: number;
  readonly commandSeconds: number;
  readonly runSeconds: number;
  readonly evaluationsPerSecond: number;
  readonly peakMemoryMiB: number;
  readonly medianConfidence: number;
  readonly minConfidence: number;
  readonly renderMs: number;
  readonly networkMs: number;
  readonly readBackMs: number;
  readonly evolutionMs: number;
  readonly savingMs: number;
}

export interface EvolutionRun {
  readonly work: string;
  readonly model: string;
  readonly encoding: 'cppn' | 'direct';
  readonly crops: 1 | 10;
  readonly generations: number;
  readonly population: number;
  readonly seed: number;
}

/** The paper's run on MNIST, and a few generations on colour images, whose rate is what counts. */
export const evolutionRuns: readonly EvolutionRun[] = [
  ...[1, 2, 3].map((seed) => mnist('cppn', seed)),
  mnist('direct', 1),
  colour('cppn', 1, 200),
  colour('cppn', 10, 40),
  colour('direct', 1, 200),
];

function mnist(encoding: EvolutionRun['encoding'], seed: number): EvolutionRun {
  const work = `MNIST ${encoding}, 200 generations × 200`;
  return { work, model: 'lenet-mnist', encoding, crops: 1, generations: 200, population: 200, seed };
}

function colour(
  encoding: EvolutionRun['encoding'],
  crops: EvolutionRun['crops'],
  population: number,
): EvolutionRun {
  const views = crops === 1 ? '1 crop' : '10 crops';
  const work = `3 × 256 × 256 ${encoding} on caffenet-tiny, ${views}, 3 generations × ${String(population)}`;
  return { work, model: 'caffenet-tiny', encoding, crops, generations: 3, population, seed: 1 };
}

export interface EvolutionPlan {
  readonly runs: readonly EvolutionRun[];
  /** Whether the runs show no progress. */
  readonly quiet: boolean;
  readonly show: (row: EvolutionRow) => void;
}

/**
 * @param choice for `--adapter`
 * @param signal ends the run that is under way too, and leaves it out
 */
export async function benchEvolution(
  choice: string,
  adapter: string,
  signal: AbortSignal,
  { runs, quiet, show }: EvolutionPlan,
): Promise<void> {
  for (const run of runs) {
    signal.throwIfAborted();
    show(await measureRun(choice, adapter, signal, run, quiet));
  }
}

async function measureRun(
  choice: string,
  adapter: string,
  signal: AbortSignal,
  run: EvolutionRun,
  quiet: boolean,
): Promise<EvolutionRow> {
  const { work, model, encoding, crops, generations, population, seed } = run;
  const folder = mkdtempSync(join(tmpdir(), 'easily-fooled-bench-'));
  try {
    const options = { model, encoding, crops, generations, population, seed };
    const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const started = performance.now();
    const { output, peak } = await execute(
      [
        'evolve',
        ...flags,
        '--adapter',
        choice,
        '--out',
        join(folder, 'run'),
        '--json',
        ...(quiet ? ['--quiet'] : []),
      ],
      signal,
    );
    const commandSeconds = (performance.now() - started) / 1000;
    const summary = JSON.parse(output) as RunSummary;
    const { render, network, readBack, evolution, saving } = summary.milliseconds;
    return {
      work,
      adapter,
      seed,
      commandSeconds,
      runSeconds: summary.seconds,
      evaluationsPerSecond: summary.evaluationsPerSecond,
      peakMemoryMiB: peak / 1024,
      medianConfidence: summary.medianConfidence,
      minConfidence: summary.minConfidence,
      renderMs: render,
      networkMs: network,
      readBackMs: readBack,
      evolutionMs: evolution,
      savingMs: saving,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `fool` and watches its resident memory, in KiB; 0 where the system does not tell. */
function execute(
  commandLine: readonly string[],
  signal: AbortSignal,
): Promise<{ output: string; peak: number }> {
  const fool = join(packageFolder(), 'dist', 'fool.js');
  const child = spawn(process.execPath, [fool, ...commandLine], {
    stdio: ['ignore', 'pipe', 'inherit'],
    signal,
  });
  let output = '';
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentPeak(child.pid));
  }, 100);
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    child.on('error', (error) => (failure = error));
    child.on('close', (code) => {
      clearInterval(watch);
      if (signal.aborted) reject(signal.reason as Error);
      else if (failure) reject(failure);
      else if (code === 0) resolve({ output, peak });
      else reject(new Error(`fool ${commandLine.join(' ')} ended with ${String(code)}`));
    });
  });
}

function residentPeak(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

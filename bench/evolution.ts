/** Whole runs of the command line, from its start to its exit, with the memory that the process took. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunSummary } from '../src/evolution/run-record.ts';

export interface EvolutionRow {
  readonly work: string;
  readonly adapter: string;
  readonly seed: number;
  readonly commandSeconds: number;
  readonly runSeconds: number;
  readonly peakMemoryMiB: number;
  readonly medianConfidence: number;
  readonly minConfidence: number;
  readonly renderMs: number;
  readonly networkMs: number;
  readonly readBackMs: number;
  readonly evolutionMs: number;
  readonly savingMs: number;
}

/** @param choice for `--adapter` */
export async function benchEvolution(
  choice: string,
  adapter: string,
  show: (row: EvolutionRow) => void,
): Promise<void> {
  for (const [encoding, seed] of [
    ['cppn', 1],
    ['cppn', 2],
    ['cppn', 3],
    ['direct', 1],
  ] as const) {
    show(await measureRun(choice, adapter, encoding, seed));
  }
}

async function measureRun(
  choice: string,
  adapter: string,
  encoding: 'cppn' | 'direct',
  seed: number,
): Promise<EvolutionRow> {
  const folder = mkdtempSync(join(tmpdir(), 'easily-fooled-bench-'));
  try {
    const flags = [
      '--encoding',
      encoding,
      '--generations',
      '200',
      '--population',
      '200',
      '--seed',
      String(seed),
    ];
    const started = performance.now();
    const { output, peak } = await execute([
      'evolve',
      ...flags,
      '--adapter',
      choice,
      '--out',
      join(folder, 'run'),
      '--json',
    ]);
    const commandSeconds = (performance.now() - started) / 1000;
    const summary = JSON.parse(output) as RunSummary;
    const { render, network, readBack, evolution, saving } = summary.milliseconds;
    return {
      work: `MNIST ${encoding}, 200 generations × 200`,
      adapter,
      seed,
      commandSeconds,
      runSeconds: summary.seconds,
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
function execute(commandLine: readonly string[]): Promise<{ output: string; peak: number }> {
  const child = spawn(process.execPath, ['dist/fool.js', ...commandLine], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentPeak(child.pid));
  }, 100);
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ output, peak });
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

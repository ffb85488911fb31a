/** `bench orchestrator`: what TypeScript alone can do, without a device. */
import { cpus } from 'node:os';
import { Option, type Command } from 'commander';
import type { Invocation } from '../../src/cli/io.ts';
import { positiveNumber, wholeNumber } from '../../src/cli/options.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { mostBreeders } from '../../src/node/breeders.ts';
import { saveFile } from '../../src/node/save-file.ts';
import { version } from '../../src/version.ts';
import { commitOfBuild } from '../commit.ts';
import { orchestratorRows, type OrchestratorRow } from './orchestrator.ts';

interface OrchestratorOptions {
  readonly time: number;
  readonly quiet: boolean;
  readonly workers: number;
  readonly json?: string;
}

export function addOrchestrator(program: Command, invocation: Invocation): void {
  program
    .command('orchestrator')
    .description('measure breeding, comparing and handing over on a device that computes nothing')
    .addOption(
      new Option('--time <seconds>', 'that a row is timed at least').argParser(positiveNumber).default(1),
    )
    .addOption(
      new Option('--workers <n>', 'threads that breed beside the main one').argParser(workerCount).default(0),
    )
    .option('--json <file>', 'results file to write')
    .option('--quiet', 'print rows alone, or nothing where they go into a file', false)
    .action(async ({ time, json, quiet, workers }: OrchestratorOptions) => {
      const terminal = new Terminal({ json: false, quiet: quiet && json !== undefined }, invocation);
      const rows: OrchestratorRow[] = [];
      for await (const row of orchestratorRows(time, workers)) {
        rows.push(row);
        terminal.line(lineOf(row));
      }
      if (json === undefined) return;
      const results = {
        machine: machine(),
        versions: { 'easily-fooled': version, node: process.version },
        commit: commitOfBuild,
        date: new Date().toISOString(),
        rows,
      };
      await saveFile(json, new TextEncoder().encode(JSON.stringify(results, null, 1) + '\n'));
    });
}

function workerCount(text: string): number {
  return wholeNumber(0, mostBreeders())(text);
}

function machine() {
  const [first] = cpus();
  return { cpu: first?.model ?? '', cores: cpus().length, platform: process.platform, arch: process.arch };
}

const whole = (value: number) => Math.round(value).toLocaleString('en');

const threads = ({ workers }: { readonly workers: number }) =>
  workers === 0 ? '' : `, ${String(1 + workers)} threads`;

function lineOf(row: OrchestratorRow): string {
  switch (row.kind) {
    case 'breeding':
      return `${whole(row.childrenPerSecond)} children/s of ${String(row.nodes)} nodes and ${String(row.connections)} connections, ${whole(row.classes)} classes${threads(row)}`;
    case 'tell':
      return `tell of ${whole(row.classes)} classes and ${String(row.children)} children, of which ${whole(row.replaced)} cells change hands: ${row.medianMs.toFixed(2)} ms`;
    case 'start':
      return `fool ${row.command}: ${row.medianSeconds.toFixed(2)} s`;
    case 'overlap':
      return `${row.encoding}, ${String(row.population)} children, a generation of ${String(row.generationMs)} ms: the device worked ${(100 * row.deviceShare).toFixed(1)} % of the time${threads(row)}`;
  }
}

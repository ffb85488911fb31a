/** `npm run bench`: measures and writes a results file. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { Command, CommanderError } from 'commander';
import { UsageError } from '../src/cli/usage-error.ts';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { version } from '../src/version.ts';
import { benchEvolution, type EvolutionRow } from './evolution.ts';
import { benchKernels, type KernelRow } from './kernels.ts';
import { layerLines } from './layer-lines.ts';
import { benchNetworks, type NetworkRow } from './networks.ts';
import { checkOutputs, writeOutputs, type OutputOptions } from './outputs.ts';
import { benchPeers, type PeerRow } from './peers.ts';
import { addResultsCommands } from './results-commands.ts';
import type { Timeline } from './trace.ts';

type Row = KernelRow | NetworkRow | EvolutionRow | PeerRow;

const sections = ['kernels', 'networks', 'evolution', 'peers'] as const;

const bench = new Command('bench')
  .exitOverride()
  .argument('[section...]', `what to measure: ${sections.join(', ')}`, sections)
  .option('--adapter <name>', 'auto, swiftshader, lavapipe, or part of an adapter’s name', 'auto')
  .option('--json <file>', 'results file to write')
  .option('--report <file>', 'page to write, as HTML')
  .option('--trace <file>', 'trace of the networks’ dispatches to write, for ui.perfetto.dev')
  .action(async (chosen: string[], options: { adapter: string } & OutputOptions) => {
    const rows: Row[] = [];
    const timelines: Timeline[] = [];
    await checkOutputs(options, chosen);
    const gpu = await openGpu(options.adapter);
    console.log(`adapter: ${gpu.adapter.description}`);
    const show = (row: Row) => {
      rows.push(row);
      console.log(
        Object.entries(row)
          .filter(([, value]) => typeof value !== 'object')
          .map(
            ([key, value]) =>
              `${key} ${typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)}`,
          )
          .join('  '),
      );
      if ('layers' in row) for (const line of layerLines(row)) console.log(line);
    };
    if (chosen.includes('kernels')) await benchKernels(gpu, show);
    if (chosen.includes('networks')) await benchNetworks(gpu, show, (timeline) => timelines.push(timeline));
    const { adapter } = gpu;
    const sameAgain = adapter.kind === 'gpu' ? options.adapter : adapter.kind;
    // The peers want the adapter for themselves: the device is closed on the way.
    if (chosen.includes('peers')) await benchPeers(gpu, sameAgain, show);
    gpu.close();
    if (chosen.includes('evolution')) await benchEvolution(sameAgain, adapter.name, show);
    const machine = {
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryBytes: totalmem(),
      platform: process.platform,
      arch: process.arch,
    };
    const results = {
      machine,
      adapter,
      versions: { 'easily-fooled': version, node: process.version },
      commit: commit(),
      date: new Date().toISOString(),
      rows,
    };
    for (const path of await writeOutputs(results, timelines, options)) console.log(`written to ${path}`);
  });

addResultsCommands(bench);

try {
  await bench.parseAsync();
  // Output to a pipe is asynchronous: leave only when it has been taken.
  process.stdout.write('', () => process.exit());
} catch (error) {
  // Commander has printed its own message already.
  if (!(error instanceof CommanderError)) console.error(`bench: ${messageOf(error)}`);
  const usage = error instanceof UsageError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exit(usage ? 2 : error instanceof CommanderError ? 0 : 1);
}

function commit(): string {
  try {
    const hash = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    const dirty =
      execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], { encoding: 'utf8' }).trim() !==
      '';
    return dirty ? `${hash} with changes` : hash;
  } catch {
    return 'unknown';
  }
}

/** `npm run bench`: measures and writes a results file. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { Command } from 'commander';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { version } from '../src/version.ts';
import { benchEvolution, type EvolutionRow } from './evolution.ts';
import { benchKernels, type KernelRow } from './kernels.ts';
import { benchNetworks, type NetworkRow } from './networks.ts';
import { benchPeers, type PeerRow } from './peers.ts';

type Row = KernelRow | NetworkRow | EvolutionRow | PeerRow;

const sections = ['kernels', 'networks', 'evolution', 'peers'] as const;

new Command('bench')
  .argument('[section...]', `what to measure: ${sections.join(', ')}`, sections)
  .option('--adapter <name>', 'auto, swiftshader, lavapipe, or part of an adapter’s name', 'auto')
  .option('--json <file>', 'results file to write')
  .action(async (chosen: string[], options: { adapter: string; json?: string }) => {
    const rows: Row[] = [];
    const gpu = await openGpu(options.adapter);
    console.log(`adapter: ${gpu.adapter.description}`);
    const show = (row: Row) => {
      rows.push(row);
      console.log(
        Object.entries(row)
          .map(
            ([key, value]) =>
              `${key} ${typeof value === 'number' ? String(Number(value.toPrecision(4))) : String(value)}`,
          )
          .join('  '),
      );
    };
    if (chosen.includes('kernels')) await benchKernels(gpu, show);
    if (chosen.includes('networks')) await benchNetworks(gpu, show);
    const { adapter } = gpu;
    const sameAgain = adapter.kind === 'gpu' ? options.adapter : adapter.kind;
    // The peers want the adapter for themselves: the device is closed on the way.
    if (chosen.includes('peers')) await benchPeers(gpu, sameAgain, show);
    gpu.close();
    if (chosen.includes('evolution')) await benchEvolution(sameAgain, adapter.name, show);
    if (options.json) {
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
      writeFileSync(options.json, JSON.stringify(results, null, 1) + '\n');
      console.log(`written to ${options.json}`);
    }
    process.exit(0);
  })
  .parseAsync()
  .catch((error: unknown) => {
    console.error(`bench: ${messageOf(error)}`);
    process.exit(1);
  });

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

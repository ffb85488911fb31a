/** `fool bench`, or `npm run bench`: measures, and writes a results file. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { Command, CommanderError } from 'commander';
import { positiveNumber, wholeNumber } from '../src/cli/options.ts';
import { Terminal } from '../src/cli/terminal.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { holdBack } from '../src/node/driver-chatter.ts';
import { version } from '../src/version.ts';
import { nearestName } from '../src/nearest-name.ts';
import type { KernelChoice } from './choose-cases.ts';
import { benchEvolution } from './evolution.ts';
import { benchKernels, casesToMeasure } from './kernels.ts';
import { layerLines } from './layer-lines.ts';
import { benchNetworks } from './networks.ts';
import { checkOutputs, writeOutputs, type OutputOptions } from './outputs.ts';
import { measurePeaks, type Peaks } from './peaks.ts';
import { addResultsCommands } from './results-commands.ts';
import { RowTable, type Row } from './row-table.ts';
import type { Timeline } from './trace.ts';
import { watchOn } from './watch.ts';

const sections = ['kernels', 'networks', 'evolution', 'peers'] as const;

interface BenchOptions extends OutputOptions, KernelChoice {
  readonly adapter: string;
  readonly seed: number;
  /** Seconds. */
  readonly time: number;
}

const bench = new Command('fool bench')
  .description('measure kernels, networks, whole runs, and other engines on the same adapter')
  .exitOverride()
  .argument('[section...]', `what to measure: ${sections.join(', ')}`, sections)
  .option('--adapter <name>', 'auto, swiftshader, lavapipe, or part of an adapter’s name', 'auto')
  .option('--family <name>', 'kernels: of this family')
  .option('--shape <words>', 'kernels: whose shape has these words, such as conv2')
  .option('--variant <name>', 'kernels: one variant, or all; those made for this kind of adapter unless told')
  .option('--batch <images>', 'kernels: of this batch', wholeNumber(1))
  .option('--time <seconds>', 'kernels: that a variant is timed at most', positiveNumber, 1)
  .option('--seed <n>', 'kernels: of operands and of the order of variants', wholeNumber(0), 1)
  .option('--json <file>', 'results file to write')
  .option('--report <file>', 'page to write, as HTML')
  .option('--trace <file>', 'trace of the networks’ dispatches to write, for ui.perfetto.dev')
  .action(async (chosen: string[], options: BenchOptions) => {
    checkSections(chosen, options);
    await checkOutputs(options, chosen);
    const measured = await measure(chosen, options);
    for (const path of await writeOutputs(measured.results, measured.timelines, options))
      console.log(`written to ${path}`);
    if (measured.failures > 0) process.exitCode = 1;
  });

/** @throws UsageError for a section that is none, and for options of kernels where none are measured */
function checkSections(chosen: readonly string[], options: KernelChoice): void {
  for (const name of chosen) {
    if (sections.some((section) => section === name)) continue;
    const nearest = nearestName(name, [...sections, 'compare', 'report']);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new UsageError(`there is no section ${name} to measure, but ${sections.join(', ')}${hint}`);
  }
  if (chosen.includes('kernels')) return;
  const useless = (['family', 'shape', 'variant', 'batch'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (useless !== undefined)
    throw new UsageError(`--${useless} chooses among kernels, which are not to be measured: leave it out`);
}

async function measure(chosen: readonly string[], options: BenchOptions) {
  const rows: Row[] = [];
  const timelines: Timeline[] = [];
  const table = new RowTable();
  let failures = 0;
  const gpu = await openGpu(
    options.adapter,
    holdBack(() => undefined),
  );
  console.log(`adapter: ${gpu.adapter.description}`);
  const terminal = new Terminal({ json: false, quiet: false });
  const say = (line: string) => {
    // A bar may stand on this line of the terminal.
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    console.log(line);
  };
  const show = (row: Row) => {
    rows.push(row);
    for (const line of table.linesOf(row)) say(line);
    if ('layers' in row) for (const line of layerLines(row)) say(line);
  };
  const watch = watchOn(gpu);
  let peaks: Peaks | undefined;
  const { cases, total } = chosen.includes('kernels')
    ? casesToMeasure(gpu, options)
    : { cases: [], total: 0 };
  if (chosen.some((section) => section !== 'evolution')) peaks = await measurePeaks(gpu, say);
  if (peaks && total > 0) {
    const progress = terminal.progress(total, 'variants');
    const failed = (line: string) => {
      failures++;
      say(`FAILED ${line}`);
    };
    const limits = { seed: options.seed, time: 1000 * options.time };
    await benchKernels(gpu, watch, cases, peaks, limits, {
      show,
      failed,
      progress: (done, name) => {
        progress.update(done, name);
      },
    });
    progress.stop();
  }
  if (chosen.includes('networks'))
    await benchNetworks(gpu, watch, show, (timeline) => timelines.push(timeline));
  const { adapter } = gpu;
  const sameAgain = adapter.kind === 'gpu' ? options.adapter : adapter.kind;
  if (peaks && chosen.includes('peers')) await (await peers()).benchPeers(gpu, watch, peaks.gflops, show);
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
    ...(peaks ? { peaks } : {}),
    ...(Number.isFinite(watch.leastMs) ? { fixedWorkMs: watch.leastMs } : {}),
    rows,
  };
  return { results, timelines, failures };
}

/** Other engines are development dependencies: an installed package does without them. */
async function peers(): Promise<typeof import('./peers.ts')> {
  const bundle = new URL('bench-peers.js', import.meta.url).href;
  try {
    return (await import(bundle)) as typeof import('./peers.ts');
  } catch (error) {
    throw new UsageError(
      `the peers are not installed here (${messageOf(error)}); they come with a clone of the repository and npm ci, and the other sections do without them`,
    );
  }
}

addResultsCommands(bench);

try {
  await bench.parseAsync();
  // Output to a pipe is asynchronous: leave only when it has been taken.
  process.stdout.write('', () => process.exit());
} catch (error) {
  // Commander has printed its own message already.
  if (!(error instanceof CommanderError)) console.error(`fool bench: ${messageOf(error)}`);
  const usage = error instanceof UsageError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exit(usage ? 2 : error instanceof CommanderError ? 0 : 1);
}

function commit(): string {
  try {
    const git = (...question: string[]) =>
      execFileSync('git', question, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const hash = git('rev-parse', 'HEAD');
    const dirty = git('status', '--porcelain', '--untracked-files=no') !== '';
    return dirty ? `${hash} with changes` : hash;
  } catch {
    return 'unknown';
  }
}

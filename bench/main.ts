/** `fool bench`, or `npm run bench`: measures, and writes a results file. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { Command, CommanderError } from 'commander';
import { positiveNumber, wholeNumber } from '../src/cli/options.ts';
import { watchOutput } from '../src/cli/standard-output.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { holdBack } from '../src/node/driver-chatter.ts';
import { version } from '../src/version.ts';
import { nearestName } from '../src/nearest-name.ts';
import type { KernelChoice } from './choose-cases.ts';
import { measureSections, say, sections, type MeasureOptions, type Section } from './measure.ts';
import { checkOutputs, writeOutputs, type OutputOptions } from './outputs.ts';
import { Recorder } from './recorder.ts';
import { addResultsCommands } from './results-commands.ts';
import { isStopped, listenForStop, type StoppedError } from './stop.ts';
import type { Timeline } from './trace.ts';

interface BenchOptions extends OutputOptions, MeasureOptions {
  /** Seconds from the start of the process. */
  readonly limit?: number;
}

const bench = new Command('fool bench')
  .description('measure kernels, networks, whole runs, and other engines on the same adapter')
  .exitOverride()
  .argument('[section...]', `what to measure, in this order: ${sections.join(', ')}`, sections)
  .option('--adapter <name>', 'auto, swiftshader, lavapipe, or part of an adapter’s name', 'auto')
  .option('--family <name>', 'kernels: of this family')
  .option('--shape <words>', 'kernels: whose shape has these words, such as conv2')
  .option('--variant <name>', 'kernels: one variant, or all; without it those made for this kind of adapter')
  .option('--batch <images>', 'kernels: of this batch', wholeNumber(1))
  .option('--time <seconds>', 'kernels: that a variant is timed at most', positiveNumber, 1)
  .option('--seed <n>', 'kernels: of operands and of the order of variants', wholeNumber(0), 1)
  .option('--limit <seconds>', 'stop after this time, and keep what was measured', positiveNumber)
  .option('--json <file>', 'results file to write, as soon as there is a row')
  .option('--report <file>', 'page to write, as HTML')
  .option('--trace <file>', 'trace of the networks’ dispatches to write, for ui.perfetto.dev')
  .action(async (named: string[], options: BenchOptions) => {
    const chosen = chosenSections(named, options);
    await checkOutputs(options, chosen);
    process.exitCode = await measure(chosen, options);
  });

/** @throws UsageError for a section that is none, and for options of kernels where none are measured */
function chosenSections(named: readonly string[], options: KernelChoice): Section[] {
  const chosen = named.map((name) => {
    const section = sections.find((one) => one === name);
    if (section) return section;
    const nearest = nearestName(name, [...sections, 'compare', 'report']);
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    throw new UsageError(`there is no section ${name} to measure, but ${sections.join(', ')}${hint}`);
  });
  const useless = (['family', 'shape', 'variant', 'batch'] as const).find(
    (name) => options[name] !== undefined,
  );
  if (useless !== undefined && !chosen.includes('kernels'))
    throw new UsageError(`--${useless} chooses among kernels, which are not to be measured: leave it out`);
  return chosen;
}

/** @returns the exit code: that of a signal, or 1 where a kernel failed */
async function measure(chosen: readonly Section[], options: BenchOptions): Promise<number> {
  const gpu = await openGpu(options.adapter, { listen: holdBack(() => undefined) });
  console.log(`adapter: ${gpu.adapter.description}`);
  const recorder = new Recorder(beginningOf(gpu), options.json);
  const timelines: Timeline[] = [];
  let failures = 0;
  const failed = (line: string) => {
    failures++;
    say(`FAILED ${line}`);
  };
  const exitCode = (stopped: StoppedError | undefined) => {
    const signalled = stopped?.exitCode ?? 0;
    return signalled === 0 && failures > 0 ? 1 : signalled;
  };
  const leave = (stopped: StoppedError) => {
    const saved = recorder.save(stopped.message).catch((error: unknown) => {
      console.error(`fool bench: ${messageOf(error)}`);
    });
    void saved.then(() => process.exit(exitCode(stopped)));
  };
  const stop = listenForStop({ ...options, leave });
  const { signal } = stop;
  let stopped: StoppedError | undefined;
  try {
    await measureSections(gpu, chosen, options, { recorder, timelines, failed, signal });
  } catch (error) {
    if (!signal.aborted && !isStopped(error)) {
      if (recorder.results().rows.length > 0) await recorder.save(messageOf(error));
      throw error;
    }
    stopped = (isStopped(error) ? error : signal.reason) as StoppedError;
    say(`${stopped.message}; what was measured until then is kept`);
  }
  await recorder.save(stopped?.message);
  if (options.json !== undefined) console.log(`written to ${options.json}`);
  for (const path of await writeOutputs(recorder.results(stopped?.message), timelines, options))
    console.log(`written to ${path}`);
  stop.dispose();
  return exitCode(stopped);
}

function beginningOf({ adapter }: Gpu) {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: process.platform,
    arch: process.arch,
  };
  const versions = { 'easily-fooled': version, node: process.version };
  return { machine, adapter, versions, commit: commit(), date: new Date().toISOString() };
}

addResultsCommands(bench);

const output = watchOutput(process.stdout);
try {
  await bench.parseAsync();
} catch (error) {
  // Commander has printed its own message already.
  if (!(error instanceof CommanderError)) console.error(`fool bench: ${messageOf(error)}`);
  const usage = error instanceof UsageError || (error instanceof CommanderError && error.exitCode !== 0);
  process.exitCode = usage ? 2 : error instanceof CommanderError ? 0 : 1;
}
await output.end();

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

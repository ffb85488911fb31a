/** The command that measures, with its options. */
import { cpus, totalmem } from 'node:os';
import { InvalidArgumentError, type Command } from 'commander';
import { adapterOption, positiveNumber, wholeNumber } from '../src/cli/options.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { holdBack } from '../src/node/driver-chatter.ts';
import { version } from '../src/version.ts';
import { AxisError, axisValues } from './axis.ts';
import { commitOfBuild } from './commit.ts';
import { planLines } from './listing.ts';
import { importPeers, measureSections, type MeasureOptions, type Peers } from './measure.ts';
import { checkOutputs, filesOf, writeOutputs, type OutputOptions } from './outputs.ts';
import { chosenSections, planOf, sections, type Choice, type Plan, type Section } from './plan.ts';
import { Recorder } from './recorder.ts';
import { ShownRows } from './shown-rows.ts';
import { speechOf, type Speech } from './speech.ts';
import { isStopped, listenForStop, type StoppedError } from './stop.ts';
import type { Timeline } from './trace.ts';

interface BenchOptions extends OutputOptions, MeasureOptions, Choice {
  readonly visits?: number;
  readonly list: boolean;
  /** Seconds from the start of the process. */
  readonly limit?: number;
}

/** Adds arguments, options and action. */
export function addMeasure(bench: Command): void {
  bench
    .argument('[section...]', `what to measure, in this order: ${sections.join(', ')} (default: all)`)
    .addOption(adapterOption())
    .option('--list', 'print what would be measured, and measure nothing', false)
    .option('--family <name>', 'kernels: of this family')
    .option('--shape <words>', 'kernels: whose shape has these words, such as conv2')
    .option(
      '--shape-of <shape>',
      'kernels: of --family at a shape of your own, such as "64x56x56 3x3 pad 1 out 128 batch 1..64*2"; may be given several times',
      (text: string, before: readonly string[] | undefined) => [...(before ?? []), text],
    )
    .option(
      '--variant <name>',
      'kernels: one variant, or all; without it those made for this kind of adapter',
    )
    .option('--network <words>', 'networks, peers: whose work has these words, such as "AlexNet forward"')
    .option('--batch <images>', 'kernels, networks, peers: of these batches, such as 1,8 or 1..16*2', batches)
    .option('--visits <n>', 'networks: how often each is visited', wholeNumber(1, 100))
    .option('--time <seconds>', 'kernels: that a variant is timed at most', positiveNumber, 1)
    .option('--seed <n>', 'kernels: of operands and of the order of variants', wholeNumber(0), 1)
    .option('--limit <seconds>', 'stop after this time, and keep what was measured', positiveNumber)
    .option('--measure-roofs', 'measure the roofs again, instead of those kept for this adapter', false)
    .option('--json <file>', 'results file to write, as soon as there is a row')
    .option('--csv <file>', 'table of all rows to write, for spreadsheets')
    .option('--markdown <file>', 'tables to write, as Markdown')
    .option('--report <file>', 'page to write, as HTML')
    .option('--trace <file>', 'trace of the networks’ dispatches to write, for ui.perfetto.dev')
    .option('--quiet', 'print rows alone, or nothing where they go into a file; failures always', false)
    .action(async (named: string[], options: BenchOptions) => {
      const chosen = chosenSections(named, options);
      if (options.list) await list(chosen, options);
      else process.exitCode = await measure(chosen, named.length > 0, options);
    });
}

/** A list of batches, as of an axis. */
function batches(text: string): number[] {
  try {
    return axisValues(text, 1);
  } catch (error) {
    if (error instanceof AxisError) throw new InvalidArgumentError(`Expected batches: ${error.message}.`);
    throw error;
  }
}

const open = (adapter: string): Promise<Gpu> => openGpu(adapter, { listen: holdBack(() => undefined) });

/** @throws UsageError where a file is asked for as well */
async function list(chosen: readonly Section[], options: BenchOptions): Promise<void> {
  const [file] = filesOf(options);
  if (file !== undefined)
    throw new UsageError(`--list measures nothing that --${file.option} could write: leave out one of them`);
  const gpu = await open(options.adapter);
  try {
    const say = (line: string) => {
      process.stderr.write(`${line}\n`);
    };
    process.stdout.write(planLines(planOf(gpu, chosen, options, say)).join('\n') + '\n');
  } finally {
    gpu.close();
  }
}

/**
 * @param isNamed whether the user has named the sections
 * @returns the exit code: that of a signal, or 1 where a kernel failed
 */
async function measure(chosen: readonly Section[], isNamed: boolean, options: BenchOptions): Promise<number> {
  await checkOutputs(options, chosen);
  const speech = speechOf(options.quiet, filesOf(options).length > 0);
  const gpu = await open(options.adapter);
  speech.say(`adapter: ${gpu.adapter.description}`);
  const { plan, peers } = await prepare(gpu, chosen, isNamed, options, speech);
  const recorder = new Recorder(beginningOf(gpu), options.json);
  const rows = new ShownRows(recorder, speech);
  const timelines: Timeline[] = [];
  let failures = 0;
  const failed = (line: string) => {
    failures++;
    speech.fail(`FAILED ${line}`);
  };
  const exitCode = (stopped: StoppedError | undefined) => {
    const signalled = stopped?.exitCode ?? 0;
    return signalled === 0 && failures > 0 ? 1 : signalled;
  };
  const write = async (reason?: string) => {
    await recorder.save(reason);
    const written = await writeOutputs(recorder.results(reason), timelines, options);
    return [...(options.json === undefined ? [] : [options.json]), ...written];
  };
  const finish = async (stopped: StoppedError | undefined) => {
    rows.end();
    if (stopped) speech.say(`${stopped.message}; what was measured until then is kept`);
    for (const path of await write(stopped?.message)) speech.say(`written to ${path}`);
  };
  const leave = (stopped: StoppedError) => {
    const finished = finish(stopped).catch((error: unknown) => {
      speech.fail(messageOf(error));
    });
    void finished.then(() => {
      speech.leave();
      process.exit(exitCode(stopped));
    });
  };
  const stop = listenForStop({ ...options, leave });
  const { signal } = stop;
  let stopped: StoppedError | undefined;
  try {
    await measureSections(gpu, plan, peers, options, { recorder, rows, timelines, speech, failed, signal });
  } catch (error) {
    if (!signal.aborted && !isStopped(error)) {
      rows.end();
      if (recorder.results().rows.length > 0) await write(messageOf(error));
      throw error;
    }
    stopped = (isStopped(error) ? error : signal.reason) as StoppedError;
  }
  await finish(stopped);
  stop.dispose();
  return exitCode(stopped);
}

/** The plan, and the peers where they are part of it; where nobody named them and they are not installed, they are left out. */
async function prepare(
  gpu: Gpu,
  chosen: readonly Section[],
  isNamed: boolean,
  options: BenchOptions,
  { say }: Speech,
): Promise<{ plan: Plan; peers: Peers | undefined }> {
  const plan = planOf(gpu, chosen, options, say);
  if (!plan.sections.includes('peers')) return { plan, peers: undefined };
  try {
    return { plan, peers: await importPeers() };
  } catch (error) {
    if (isNamed || !(error instanceof UsageError)) throw error;
    say(`peers are left out: ${error.message}`);
    const rest = plan.sections.filter((section) => section !== 'peers');
    return { plan: { ...plan, sections: rest }, peers: undefined };
  }
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
  return { machine, adapter, versions, commit: commitOfBuild, date: new Date().toISOString() };
}

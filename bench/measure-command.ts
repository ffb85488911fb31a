/** What the command that measures does. */
import { cpus, totalmem } from 'node:os';
import { UsageError } from '../src/cli/usage-error.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { messageOf } from '../src/util/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { silenceDriver } from '../src/node/silence-driver.ts';
import { version } from '../src/version.ts';
import { commitOfBuild } from './commit.ts';
import { planLines } from './listing.ts';
import { importPeers, measureSections, type Peers } from './measure.ts';
import type { BenchOptions } from './measure-options.ts';
import { checkOutputs, filesOf, writeOutputs } from './report/outputs.ts';
import { chosenSections, planOf, type BenchPlan } from './plan.ts';
import { Recorder } from './results-recorder.ts';
import type { BenchSection } from './sections.ts';
import { ShownRows } from './report/shown-rows.ts';
import { speechOf, type Speech } from './speech.ts';
import { isStopped, listenForStop, type StoppedError } from './sampling/stop.ts';
import type { Timeline } from './sampling/trace.ts';

/** What the command does. @returns the exit code: that of a signal, or 1 where a kernel failed */
export async function runMeasure(named: readonly string[], options: BenchOptions): Promise<number> {
  const chosen = chosenSections(named, options);
  if (!options.list) return measure(chosen, named.length > 0, options);
  await list(chosen, options);
  return 0;
}

const open = (adapter: string): Promise<Gpu> => openGpu(adapter, { listen: silenceDriver(() => undefined) });

/** @throws UsageError where a file is asked for as well */
async function list(chosen: readonly BenchSection[], options: BenchOptions): Promise<void> {
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
async function measure(
  chosen: readonly BenchSection[],
  isNamed: boolean,
  options: BenchOptions,
): Promise<number> {
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

/** The plan, and the peers where they are part of it: left out where the command does not name them and they are not installed. */
async function prepare(
  gpu: Gpu,
  chosen: readonly BenchSection[],
  isNamed: boolean,
  options: BenchOptions,
  { say }: Speech,
): Promise<{ plan: BenchPlan; peers: Peers | undefined }> {
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

/** What `fool bench` measures: the roofs, then section after section in the order in which they were named. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError } from '../src/cli/usage-error.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { messageOf } from '../src/util/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import { packageFolder } from '../src/node/package-folder.ts';
import { benchEvolution } from './runs/evolution.ts';
import { benchKernels } from './kernels/kernels.ts';
import { benchNetworks } from './networks/networks.ts';
import type { BenchPlan } from './plan.ts';
import type { Recorder } from './results-recorder.ts';
import { findRoofs, type Roofs } from './roofs/roofs.ts';
import type { ShownRow } from './report/row-table.ts';
import type { ShownRows } from './report/shown-rows.ts';
import type { Speech } from './speech.ts';
import type { Timeline } from './sampling/trace.ts';
import { mostRepetitions } from './sampling/repetitions.ts';
import { loadMonitor, type LoadMonitor } from './sampling/machine-load.ts';

export interface MeasureOptions {
  readonly adapter: string;
  readonly seed: number;
  /** Seconds that a variant of a kernel is timed at most. */
  readonly time: number;
  /** Repetitions of networks. */
  readonly visits?: number;
  /** Whether roofs that are kept are passed over. */
  readonly measureRoofs: boolean;
  readonly quiet: boolean;
}

/** What becomes of what is measured. */
export interface MeasureOutput {
  readonly recorder: Recorder;
  readonly rows: ShownRows;
  readonly timelines: Timeline[];
  readonly speech: Speech;
  /** A variant that computes something else, does not run, or is above a roof. */
  readonly failed: (line: string) => void;
  /** Aborted when measuring is to end. */
  readonly signal: AbortSignal;
}

export type Peers = typeof import('./peers/peers.ts');

/**
 * @param gpu closed at the end, or as soon as it is not needed
 * @param peers where those are planned
 * @throws StoppedError
 */
export async function measureSections(
  gpu: Gpu,
  plan: BenchPlan,
  peers: Peers | undefined,
  options: MeasureOptions,
  output: MeasureOutput,
): Promise<void> {
  const { recorder, signal, speech } = output;
  const { adapter } = gpu;
  const choice = adapter.kind === 'gpu' ? options.adapter : adapter.kind;
  const openedOn = (device: Gpu) => ({
    gpu: device,
    monitor: loadMonitor(device, signal),
    unwatch: speech.compiling(device),
  });
  let open: ReturnType<typeof openedOn> | undefined = openedOn(gpu);
  const close = () => {
    open?.unwatch();
    open?.gpu.close();
    open = undefined;
  };
  const opened = async () => {
    if (open) return open;
    return (open = openedOn(await openGpu(choice)));
  };
  const { rows } = output;
  rows.leastProbeMs = () => open?.monitor.leastMs;
  try {
    let roofs: Roofs | undefined;
    if (plan.sections.some((section) => section !== 'evolution')) {
      roofs = await findRoofs(gpu, open.monitor, { again: options.measureRoofs, ...speech });
      recorder.find({ peaks: roofs.peaks });
    }
    for (const section of plan.sections) {
      signal.throwIfAborted();
      if (section === 'evolution') {
        close();
        const { show } = rows;
        await benchEvolution(choice, adapter.name, signal, { runs: plan.runs, quiet: options.quiet, show });
        continue;
      }
      const { gpu: device, monitor } = await opened();
      if (!roofs) continue;
      if (section === 'kernels')
        await kernelSection(device, monitor, plan, roofs, options, rows.show, output);
      if (section === 'networks') await networkSection(device, monitor, plan, roofs, options, rows, output);
      if (section === 'peers')
        await peers?.benchPeers(device, monitor, roofs.peaks.gflops, plan.peerWorks, {
          ...rows,
          say: speech.say,
        });
    }
  } finally {
    close();
  }
}

async function kernelSection(
  gpu: Gpu,
  monitor: LoadMonitor,
  { cases }: BenchPlan,
  { peaks }: Roofs,
  { seed, time }: MeasureOptions,
  show: (row: ShownRow) => void,
  { failed, speech }: MeasureOutput,
): Promise<void> {
  const total = cases.reduce((sum, { launches }) => sum + launches.length, 0);
  const progress = speech.progress(total, 'variants');
  try {
    await benchKernels(
      gpu,
      monitor,
      cases,
      peaks,
      { seed, time: 1000 * time },
      {
        show,
        failed,
        progress: (done, name) => {
          progress.update(done, name);
        },
      },
    );
  } finally {
    progress.stop();
  }
}

async function networkSection(
  gpu: Gpu,
  monitor: LoadMonitor,
  { works }: BenchPlan,
  { functions }: Roofs,
  { visits }: MeasureOptions,
  { keep, show }: ShownRows,
  { timelines, speech }: MeasureOutput,
): Promise<void> {
  const most = visits ?? (gpu.adapter.kind === 'gpu' ? 1 : mostRepetitions);
  let progress = speech.progress(works.length * most, 'rows');
  try {
    await benchNetworks(
      gpu,
      monitor,
      { works, visits, functions },
      {
        keep,
        show,
        progress: (visit, done) => {
          if (visit > most && done === 0) {
            // A GPU whose times were noisy is measured again.
            progress.stop();
            progress = speech.progress(works.length * visit, 'rows', works.length * (visit - 1));
          }
          const of = visit > most ? visit : most;
          progress.update(works.length * (visit - 1) + done, `visit ${String(visit)} of ${String(of)}`);
        },
        leftOut: speech.say,
        record: (timeline) => timelines.push(timeline),
      },
    );
  } finally {
    progress.stop();
  }
}

/** Other engines are development dependencies: an installed package does without them. @throws UsageError */
export async function importPeers(): Promise<Peers> {
  const bundle = pathToFileURL(join(packageFolder(), 'dist', 'bench-peers.js')).href;
  try {
    return (await import(bundle)) as Peers;
  } catch (error) {
    throw new UsageError(
      `the peers are not installed here (${messageOf(error)}); they come with a clone of the repository and npm ci, and the other sections do without them`,
    );
  }
}

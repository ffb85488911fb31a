/** What `fool bench` measures: the roofs, then section after section in the order in which they were named. */
import { Terminal } from '../src/cli/terminal.ts';
import { UsageError } from '../src/cli/usage-error.ts';
import type { Gpu } from '../src/gpu/device.ts';
import { messageOf } from '../src/message-of.ts';
import { openGpu } from '../src/node/adapter.ts';
import type { KernelChoice } from './choose-cases.ts';
import { benchEvolution } from './evolution.ts';
import { benchKernels, casesToMeasure } from './kernels.ts';
import { layerLines } from './layer-lines.ts';
import { benchNetworks } from './networks.ts';
import { measurePeaks, type Peaks } from './peaks.ts';
import type { Recorder } from './recorder.ts';
import { RowTable, type Row } from './row-table.ts';
import type { Timeline } from './trace.ts';
import { watchOn, type Watch } from './watch.ts';

/** Whole runs come last: they are processes with devices of their own, for which ours is closed. */
export const sections = ['kernels', 'networks', 'peers', 'evolution'] as const;
export type Section = (typeof sections)[number];

export interface MeasureOptions extends KernelChoice {
  readonly adapter: string;
  readonly seed: number;
  /** Seconds that a variant of a kernel is timed at most. */
  readonly time: number;
}

/** What becomes of what is measured. */
export interface Output {
  readonly recorder: Recorder;
  readonly timelines: Timeline[];
  /** A variant that computes something else, does not run, or is above a roof. */
  readonly failed: (line: string) => void;
  /** Aborted when measuring is to end. */
  readonly signal: AbortSignal;
}

/** A line, above a bar that may stand on this one. */
export function say(line: string): void {
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
  console.log(line);
}

/**
 * @param gpu closed at the end, or as soon as it is not needed
 * @throws UsageError for a choice of kernels that fits nothing, and where the peers are not installed; StoppedError
 */
export async function measureSections(
  gpu: Gpu,
  chosen: readonly Section[],
  options: MeasureOptions,
  output: Output,
): Promise<void> {
  const { recorder, signal } = output;
  const { adapter } = gpu;
  const { cases, total } = chosen.includes('kernels')
    ? casesToMeasure(gpu, options)
    : { cases: [], total: 0 };
  const peers = chosen.includes('peers') ? await importPeers() : undefined;
  let open: { gpu: Gpu; watch: Watch } | undefined = { gpu, watch: watchOn(gpu, signal) };
  const close = () => {
    open?.gpu.close();
    open = undefined;
  };
  const opened = async () => {
    if (open) return open;
    const again = await openGpu(adapter.kind === 'gpu' ? options.adapter : adapter.kind);
    return (open = { gpu: again, watch: watchOn(again, signal) });
  };
  const table = new RowTable();
  const keep = (row: Row) => {
    const leastMs = open?.watch.leastMs;
    if (leastMs !== undefined && Number.isFinite(leastMs)) recorder.find({ fixedWorkMs: leastMs });
    recorder.put(row);
  };
  const show = (row: Row) => {
    keep(row);
    for (const line of table.linesOf(row)) say(line);
    if ('layers' in row) for (const line of layerLines(row)) say(line);
  };
  try {
    let peaks: Peaks | undefined;
    if (chosen.some((section) => section !== 'evolution')) {
      peaks = await measurePeaks(gpu, open.watch, say);
      recorder.find({ peaks });
    }
    for (const section of new Set(chosen)) {
      signal.throwIfAborted();
      if (section === 'evolution') {
        close();
        await benchEvolution(
          adapter.kind === 'gpu' ? options.adapter : adapter.kind,
          adapter.name,
          signal,
          show,
        );
        continue;
      }
      const { gpu: device, watch } = await opened();
      if (!peaks) continue;
      if (section === 'kernels')
        await kernelSection(device, watch, cases, total, peaks, options, show, output);
      if (section === 'networks')
        await benchNetworks(device, watch, { keep, show }, (timeline) => output.timelines.push(timeline));
      if (section === 'peers') await peers?.benchPeers(device, watch, peaks.gflops, { keep, show });
    }
  } finally {
    close();
  }
}

async function kernelSection(
  gpu: Gpu,
  watch: Watch,
  cases: ReturnType<typeof casesToMeasure>['cases'],
  total: number,
  peaks: Peaks,
  { seed, time }: MeasureOptions,
  show: (row: Row) => void,
  { failed }: Output,
): Promise<void> {
  const progress = new Terminal({ json: false, quiet: false }).progress(total, 'variants');
  try {
    await benchKernels(
      gpu,
      watch,
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

/** Other engines are development dependencies: an installed package does without them. */
async function importPeers(): Promise<typeof import('./peers.ts')> {
  const bundle = new URL('bench-peers.js', import.meta.url).href;
  try {
    return (await import(bundle)) as typeof import('./peers.ts');
  } catch (error) {
    throw new UsageError(
      `the peers are not installed here (${messageOf(error)}); they come with a clone of the repository and npm ci, and the other sections do without them`,
    );
  }
}

import { describe, expect, it } from 'vitest';
import { breakDown, summariseRuns, type MeasuredBreakdown } from '../../bench/networks/breakdown.ts';
import type { TimedProgram, TimedDispatch } from '../../bench/sampling/dispatch-times.ts';
import { runOnce } from '../../bench/sampling/run-once.ts';
import { checkedResults } from '../../bench/report/results-file.ts';
import { traceOf, type Trace } from '../../bench/sampling/trace.ts';
import type { Dispatch } from '../../src/gpu/program.ts';
import { lenet } from '../../src/model/architectures/lenet.ts';
import { createNetwork } from '../../src/network/network.ts';
import { initialWeights } from '../../src/network/trainer.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { openTestGpu } from '../gpu.ts';
import { networkRow, origin } from './results.ts';
import { full } from '../support/full.ts';

function timed(pass: string, label: string, startMs: number, durationMs: number): TimedDispatch {
  const kernel = { family: 'conv2d', variant: 'tile', source: '', entryPoint: 'main', constants: {} };
  const launch = { kernel, workgroups: [4, 2, 1] as const, flops: 6e6, bytes: 3e6 };
  return { pass, dispatch: { label, launch } as unknown as Dispatch, startMs, durationMs };
}

describe('the parts of a submission', () => {
  it('are the medians of the runs, and what they leave of the wall time', () => {
    const runs = [
      [timed('forward', 'conv1', 0, 2), timed('forward', 'ip1', 2, 1)],
      [timed('forward', 'conv1', 0, 3), timed('forward', 'ip1', 3, -5)],
      [timed('forward', 'conv1', 0, 9), timed('forward', 'ip1', 9, 1)],
    ];
    const walls = [4, 4, 15];
    const { dispatches, overheadMs, overheadShare, layers } = summariseRuns(
      runs.map((timed, index) => ({ dispatches: timed, wallMs: walls[index]! })),
    );
    expect({ dispatches, overheadMs, overheadShare }).toEqual({
      dispatches: 2,
      overheadMs: 1,
      overheadShare: 0.25,
    });
    expect(layers[0]).toEqual({
      pass: 'forward',
      label: 'conv1',
      kernel: 'conv2d/tile',
      workgroups: [4, 2, 1],
      medianMs: 3,
      gflops: 2,
      gbps: 1,
      share: 0.75,
    });
  });

  it('leave nothing where dispatches overlap', () => {
    expect(summariseRuns([{ dispatches: [timed('forward', 'conv1', 0, 2)], wallMs: 1 }])).toMatchObject({
      overheadMs: 0,
      overheadShare: 0,
    });
  });

  it('leave no rate where the clock is too coarse', () => {
    const { layers } = summariseRuns([{ dispatches: [timed('forward', 'conv1', 0, 0)], wallMs: 1 }]);
    expect(layers[0]).toMatchObject({ medianMs: 0, gflops: 0, share: 0 });
  });
});

async function lenetBreakdown(): Promise<{ passes: TimedProgram[]; found: MeasuredBreakdown }> {
  const gpu = await openTestGpu();
  const architecture = lenet();
  const parameters = await uploadParameters(gpu, architecture, initialWeights(architecture, 1), 'weights');
  const gradients = { input: true, parameters: false };
  const network = await createNetwork(gpu, architecture, parameters, { batch: 4, gradients });
  const { forward, backward } = network;
  const passes = [
    { name: 'forward', program: forward },
    { name: 'backward', program: backward },
  ];
  await runOnce(gpu, [forward, backward]);
  const found = await breakDown(gpu, passes);
  return { passes, found: found! };
}

describe('LeNet', () => {
  it.runIf(full)('is timed dispatch by dispatch, and traced', async () => {
    const { passes, found } = await lenetBreakdown();
    const { timeline, ...breakdown } = found;
    const labels = passes.flatMap(({ program }) => program.dispatches.map(({ label }) => label));
    expect(breakdown.layers.map(({ label }) => label)).toEqual(labels);
    expect(breakdown.dispatches).toBe(labels.length);
    expect(breakdown.layers.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(breakdown.layers.every(({ medianMs }) => medianMs > 0)).toBe(true);
    expect(breakdown.overheadShare).toBeLessThan(1);
    // A results file may hold it.
    const row = { ...networkRow('LeNet', 4, [1]), ...breakdown };
    expect(checkedResults({ ...origin, rows: [row] }, 'a.json').rows[0]).toMatchObject(breakdown);
    checkTrace(
      JSON.parse(JSON.stringify(traceOf([{ work: 'LeNet', dispatches: timeline }], {}))) as Trace,
      timeline,
    );
  });
});

/** What the format asks for, and that dispatches lie in their pass, one after the other, with all of their time. */
function checkTrace({ traceEvents }: Trace, timeline: readonly TimedDispatch[]): void {
  const complete = traceEvents.filter((event) => event.ph === 'X');
  for (const { ts, dur, pid, tid } of complete) {
    expect(ts).toBeGreaterThanOrEqual(0);
    expect(dur).toBeGreaterThanOrEqual(0);
    expect(traceEvents).toContainEqual(expect.objectContaining({ ph: 'M', name: 'thread_name', pid, tid }));
  }
  const passes = complete.filter(({ cat }) => cat === 'pass');
  expect(passes.map(({ name }) => name)).toEqual(['forward', 'backward']);
  const dispatches = complete.filter(({ cat }) => cat === 'dispatch');
  expect(dispatches.map(({ name }) => name)).toEqual(timeline.map(({ dispatch }) => dispatch.label));
  for (const pass of passes) {
    const inside = dispatches.filter(({ tid }) => tid === pass.tid);
    let end = pass.ts;
    for (const { ts, dur } of inside) {
      expect(ts).toBeGreaterThanOrEqual(end - 1e-6);
      end = ts + dur;
    }
    expect(end).toBeCloseTo(pass.ts + pass.dur, 6);
    expect(inside.reduce((sum, { dur }) => sum + dur, 0)).toBeLessThanOrEqual(pass.dur + 1e-6);
  }
  const total = dispatches.reduce((sum, { dur }) => sum + dur, 0);
  expect(total / 1000).toBeCloseTo(
    timeline.reduce((sum, { durationMs }) => sum + durationMs, 0),
    6,
  );
}

describe('a trace', () => {
  it('has a process for each work and a track for each pass, with what a dispatch was', () => {
    const dispatches = [timed('forward', 'conv1', 0, 2), timed('backward', 'd conv1', 2.5, 3)];
    const trace = traceOf(
      [
        { work: 'LeNet', dispatches },
        { work: 'AlexNet', dispatches },
      ],
      { adapter: 'beads' },
    );
    expect(trace.otherData).toEqual({ adapter: 'beads' });
    const names = trace.traceEvents.flatMap((event) =>
      event.ph === 'M' ? [[event.pid, event.tid, event.args.name]] : [],
    );
    expect(names).toEqual([
      [1, 0, 'LeNet'],
      [1, 1, 'forward'],
      [1, 2, 'backward'],
      [2, 0, 'AlexNet'],
      [2, 1, 'forward'],
      [2, 2, 'backward'],
    ]);
    expect(trace.traceEvents.find(({ name }) => name === 'd conv1')).toEqual({
      ph: 'X',
      name: 'd conv1',
      cat: 'dispatch',
      pid: 1,
      tid: 2,
      ts: 2500,
      dur: 3000,
      args: { variant: 'conv2d/tile', workgroups: '4 × 2 × 1', gflops: 2, gbps: 1 },
    });
  });

  it('leaves out rates of a dispatch that a coarse clock shows no time of', () => {
    const dispatches = [timed('forward', 'conv1', 0, 0)];
    const [, , , event] = traceOf([{ work: 'LeNet', dispatches }], {}).traceEvents;
    expect(Object.keys(event!.args)).toEqual(['variant', 'workgroups']);
  });
});

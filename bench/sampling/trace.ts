/**
 * Dispatches in Chrome's trace event format, which ui.perfetto.dev and chrome://tracing open: a process for each work,
 * a track for each of its passes. A pass is an event that holds those of its dispatches.
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 */
import type { TimedDispatch } from './dispatch-times.ts';

/** What a work's one submission did, with the name of the work. */
export interface Timeline {
  readonly work: string;
  readonly dispatches: readonly TimedDispatch[];
}

type Arguments = Readonly<Record<string, string | number>>;

/** Named, with a length: times in microseconds since the work's first dispatch began. */
interface CompleteEvent {
  readonly ph: 'X';
  readonly name: string;
  readonly cat: 'pass' | 'dispatch';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args: Arguments;
}

/** Names a process or a track. */
interface NameEvent {
  readonly ph: 'M';
  readonly name: 'process_name' | 'thread_name';
  readonly pid: number;
  readonly tid: number;
  readonly args: { readonly name: string };
}

export type TraceEvent = CompleteEvent | NameEvent;

export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: 'ms';
  readonly otherData: Readonly<Record<string, string>>;
}

/** @param about shown with the trace, e.g. adapter and commit */
export function traceOf(timelines: readonly Timeline[], about: Readonly<Record<string, string>>): Trace {
  return {
    traceEvents: timelines.flatMap((timeline, index) => eventsOf(timeline, index + 1)),
    displayTimeUnit: 'ms',
    otherData: about,
  };
}

function eventsOf({ work, dispatches }: Timeline, pid: number): TraceEvent[] {
  const passes = [...new Set(dispatches.map(({ pass }) => pass))];
  const named = (name: NameEvent['name'], tid: number, text: string): NameEvent => {
    return { ph: 'M', name, pid, tid, args: { name: text } };
  };
  return [
    named('process_name', 0, work),
    ...passes.flatMap((pass, index): TraceEvent[] => {
      const tid = index + 1;
      const events = dispatches.filter((one) => one.pass === pass).map((one) => dispatchEvent(one, pid, tid));
      return [named('thread_name', tid, pass), passEvent(pass, events, pid, tid), ...events];
    }),
  ];
}

function dispatchEvent({ dispatch, startMs, durationMs }: TimedDispatch, pid: number, tid: number) {
  const { kernel, workgroups, flops, bytes } = dispatch.launch;
  const duration = Math.max(0, durationMs);
  const rates: Arguments =
    duration > 0 ? { gflops: flops / (1e6 * duration), gbps: bytes / (1e6 * duration) } : {};
  const args = {
    variant: `${kernel.family}/${kernel.variant}`,
    workgroups: workgroups.join(' × '),
    ...rates,
  };
  const times = { ts: 1000 * startMs, dur: 1000 * duration };
  return { ph: 'X', name: dispatch.label, cat: 'dispatch', pid, tid, ...times, args } as const;
}

function passEvent(pass: string, events: readonly CompleteEvent[], pid: number, tid: number): CompleteEvent {
  const ts = Math.min(...events.map((event) => event.ts));
  const end = Math.max(...events.map((event) => event.ts + event.dur));
  const args = { dispatches: events.length };
  return { ph: 'X', name: pass, cat: 'pass', pid, tid, ts, dur: end - ts, args };
}

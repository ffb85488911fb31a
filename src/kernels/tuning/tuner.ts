/**
 * Times the variants of kernels on their real shapes. A variant must give what `plain`, the family's definition, gives before it
 * is timed, and must be clearly faster than the usual one to take its place.
 */
import type { Gpu } from '../../gpu/device.ts';
import type { Launch } from '../../gpu/kernel.ts';
import { bind, run, Program, type Dispatch } from '../../gpu/program.ts';
import type { TuningTask } from '../../gpu/tuning.ts';
import { messageOf } from '../../util/message-of.ts';
import { TrialBuffers } from './operands.ts';

/** What the tuner asks and tells its caller. */
export interface TunerHooks {
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** A variant that fails or computes something else. */
  readonly onWarning: (text: string) => void;
  /** Before each task: how many are done. */
  readonly onProgress?: (done: number, total: number, label: string) => void;
  /**
   * Milliseconds for all tasks together; without it each takes as long as it needs. Tasks share them evenly: a task takes what it
   * has measured when its share is spent, and those that are left when all is spent are not begun.
   */
  readonly budget?: number;
}

/** The verdict on a shape. */
export interface TuningResult {
  readonly shape: string;
  readonly variant: string;
  readonly usual: string;
  /** Milliseconds of one launch, the least that was seen, of every variant that was timed. */
  readonly times: Readonly<Record<string, number>>;
}

/** Share of the usual variant's time that another must stay below: less of a gain is noise. */
const clearly = 0.97;
/** Milliseconds that a variant may take to compile and start: one that is slow there would make every start slow. */
const compileBudget = 15_000;
/** Milliseconds of a sample: short launches are repeated, since submitting alone takes a part of one. */
const sampleLength = 4;
const mostRepeats = 200;
/** Rounds in which every variant left is sampled once, so that a disturbance meets them all. */
const rounds = { least: 3, most: 9, time: 4000 };
/** Variants that take so many times as long as the best are sampled once. */
const hopeless = 1.6;
/** Milliseconds from which on a part of the grid says first whether a variant is worth a whole run. */
const longRun = 100;
const partOfGrid = 16;
/** Milliseconds up to which `plain` computes all of a result: on large shapes it takes 20 times as long as a tile. */
const definitionBudget = 1000;

/** Share of a task's time in which variants may enter; the rest is for sampling them by turns. */
const entering = 0.5;
/** Share of a task's time that its definition may take, where that is less than `definitionBudget`. */
const defining = 0.25;

/**
 * The fastest variant of each task; one whose usual variant fails has no result, nor has one that was not begun for want of time.
 */
export async function tune(
  gpu: Gpu,
  tasks: readonly TuningTask[],
  hooks: TunerHooks,
): Promise<TuningResult[]> {
  const results: TuningResult[] = [];
  const { budget = Infinity, now } = hooks;
  const end = now() + budget;
  for (const [done, task] of tasks.entries()) {
    const left = end - now();
    if (left <= 0) break;
    hooks.onProgress?.(done, tasks.length, task.label);
    const result = await decide(gpu, task, hooks, left / (tasks.length - done));
    if (result) results.push(result);
  }
  return results;
}

/** A variant in the race. */
interface Runner {
  readonly name: string;
  readonly dispatch: Dispatch;
  /** Milliseconds, the least so far. */
  best: number;
}

/** @param share milliseconds that it may take, more or less: what is being compiled or sampled is waited for */
async function decide(
  gpu: Gpu,
  task: TuningTask,
  hooks: TunerHooks,
  share: number,
): Promise<TuningResult | undefined> {
  const [usual, ...others] = task.launches;
  if (!usual) return undefined;
  const started = hooks.now();
  // Where time is short, drivers compile all variants of a shape at a time; one that is refused says so when it enters.
  if (Number.isFinite(share)) gpu.pipelines.askFor(task.launches.map(({ kernel }) => kernel));
  using buffers = new TrialBuffers(gpu, task);
  const first = await enter(gpu, task, usual, buffers, hooks);
  if (!first) return undefined;
  const result = await buffers.result();
  if (!isFinite(result)) {
    hooks.onWarning(`${task.label}: ${nameOf(usual)} gives numbers that are not finite; it is not tuned`);
    return undefined;
  }
  const definition = await defined(gpu, task, buffers, hooks, Math.min(definitionBudget, defining * share));
  const expected = definition?.map((made, index) => (made === 0 ? (result[index] ?? 0) : made)) ?? result;
  const oracle = definition ? 'plain' : first.name;
  const leaveOut = (name: string) => {
    hooks.onWarning(
      `${task.label}: ${name} gives other numbers than ${oracle} and is left out; please report it with the output of fool doctor`,
    );
  };
  const runners: Runner[] = [];
  if (agrees(result, expected)) runners.push(first);
  else leaveOut(first.name);
  for (const launch of others) {
    if (hooks.now() - started > entering * share) break;
    const fastest = Math.min(...runners.map(({ best }) => best));
    const runner = await enter(gpu, task, launch, buffers, hooks, fastest);
    if (!runner) continue;
    if (agrees(await buffers.result(), expected)) runners.push(runner);
    else leaveOut(runner.name);
  }
  if (runners.length === 0) return undefined;
  await race(gpu, runners, hooks, started + share);
  const times = Object.fromEntries(runners.map(({ name, best }) => [name, best]));
  return { shape: task.shape, variant: winnerOf(first.name, times), usual: first.name, times };
}

/**
 * What `plain` gives: the whole result, or, where that would take long, what a sixteenth of its grid makes of it. Elements that it
 * did not make are 0, and stand for those of the usual variant.
 * @returns undefined where there is no `plain` to ask, since it is the usual variant itself or the driver refuses it
 */
async function defined(
  gpu: Gpu,
  { label, launches }: TuningTask,
  buffers: TrialBuffers,
  hooks: TunerHooks,
  budget: number,
): Promise<Float32Array | undefined> {
  const plain = launches.slice(1).find(({ choice }) => choice?.variant === 'plain');
  if (!plain) return undefined;
  try {
    const dispatch = await bind(gpu, label, plain, buffers.buffers);
    buffers.clearResult();
    const estimate = await partly(gpu, dispatch, hooks);
    if (estimate <= budget) await timed(gpu, dispatch, 1, hooks);
    return await buffers.result();
  } catch {
    // It is tried once more as a variant, which says why it does not run.
    return undefined;
  }
}

const nameOf = ({ kernel, choice }: Launch): string =>
  `${kernel.family}/${choice?.variant ?? kernel.variant}`;

/**
 * Compiles a variant and runs it once, which leaves its result in the trial buffers; undefined where it is not worth it.
 * @param fastest milliseconds of the best variant so far
 */
async function enter(
  gpu: Gpu,
  { label }: TuningTask,
  launch: Launch,
  buffers: TrialBuffers,
  hooks: TunerHooks,
  fastest = Infinity,
): Promise<Runner | undefined> {
  const started = hooks.now();
  try {
    const dispatch = await bind(gpu, label, launch, buffers.buffers);
    // Some drivers compile when a pipeline is first used, even when a pipeline was asked for before.
    await partly(gpu, dispatch, hooks);
    const isUsual = fastest === Infinity;
    if (!isUsual && hooks.now() - started > compileBudget) return undefined;
    if (!isUsual && fastest > longRun) {
      const estimate = await partly(gpu, dispatch, hooks);
      if (estimate > hopeless * fastest) return undefined;
    }
    buffers.clearResult();
    const best = await timed(gpu, dispatch, 1, hooks);
    return { name: launch.choice?.variant ?? launch.kernel.variant, dispatch, best };
  } catch (error) {
    hooks.onWarning(`${label}: ${nameOf(launch)} does not run here and is left out: ${messageOf(error)}`);
    return undefined;
  }
}

/** Milliseconds of the whole grid, estimated from a part of it. */
function partly(gpu: Gpu, dispatch: Dispatch, hooks: TunerHooks): Promise<number> {
  const { launch } = dispatch;
  const [x, y, z] = launch.workgroups;
  const most = Math.max(x, y, z);
  const less = (count: number) => (count === most ? Math.ceil(count / partOfGrid) : count);
  const part: Dispatch = { ...dispatch, launch: { ...launch, workgroups: [less(x), less(y), less(z)] } };
  const share = part.launch.workgroups.reduce((product, count) => product * count, 1) / (x * y * z);
  return timed(gpu, part, 1, hooks).then((time) => time / share);
}

/** Samples all by turns, those that are far behind no more; at least once, and no more when the clock says `end`. */
async function race(gpu: Gpu, runners: readonly Runner[], hooks: TunerHooks, end: number): Promise<void> {
  const usual = runners[0]?.best ?? 0;
  const repeats = Math.min(mostRepeats, Math.max(1, Math.ceil(sampleLength / Math.max(usual, 1e-3))));
  const started = hooks.now();
  for (let round = 0; round < rounds.most; round++) {
    const time = hooks.now();
    if (round >= rounds.least && time - started > rounds.time) return;
    if (round > 0 && time > end) return;
    const fastest = Math.min(...runners.map(({ best }) => best));
    for (const [index, runner] of runners.entries()) {
      // A single run may have been disturbed: all are sampled once more, unless they take long.
      const lost = runner.best > hopeless * fastest && (round > 0 || runner.best > longRun);
      if (index > 0 && lost) continue;
      runner.best = Math.min(runner.best, await timed(gpu, runner.dispatch, repeats, hooks));
    }
  }
}

/** Milliseconds of one launch, from submission to its end. */
async function timed(gpu: Gpu, dispatch: Dispatch, repeats: number, { now }: TunerHooks): Promise<number> {
  const program = new Program(Array.from({ length: repeats }, () => dispatch));
  const started = now();
  run(gpu, program);
  await gpu.wait(gpu.device.queue.onSubmittedWorkDone());
  const time = now() - started;
  gpu.check();
  return time / repeats;
}

/**
 * The fastest, where it is so clearly; ties and gains that are no more than noise go to the usual variant, and among others to
 * the earlier.
 * @param times milliseconds by name
 */
export function winnerOf(usual: string, times: Readonly<Record<string, number>>): string {
  const limit = clearly * (times[usual] ?? Infinity);
  const [fastest = usual] = Object.entries(times)
    .filter(([, time]) => time < limit)
    .sort(([, one], [, other]) => one - other)
    .map(([name]) => name);
  return fastest;
}

const isFinite = (values: Float32Array): boolean => values.every((value) => Number.isFinite(value));

/** Sums in another order differ by rounding: by a thousandth of the results' root mean square they do not. */
function agrees(found: Float32Array, expected: Float32Array): boolean {
  const squares = expected.reduce((sum, value) => sum + value * value, 0);
  const most = 1e-3 * Math.sqrt(squares / Math.max(1, expected.length));
  return found.every((value, index) => Math.abs(value - (expected[index] ?? 0)) <= most);
}

/**
 * Samples in rounds, with looks at the machine between them. Whether they are taken again depends on the fixed work of the watch
 * alone, never on what was measured.
 */
import { undisturbedBelow, type Watch } from './machine-load.ts';

export interface Sampled {
  /** Milliseconds of each sample. */
  readonly times: readonly number[];
  /** Of the machine meanwhile. */
  readonly slowdown: number;
}

export interface Patience {
  /** How often something is sampled at most. */
  readonly attempts: number;
  /** Milliseconds after which it is not sampled again. */
  readonly time: number;
}

export const usualPatience: Patience = { attempts: 3, time: 20_000 };

/** Milliseconds of rounds that a look stands for. */
const perLook = 150;
const mostLooks = 8;

/**
 * Sampled again where the machine was disturbed meanwhile; what is kept was disturbed the least.
 * @param measure a round; gives the milliseconds of its samples
 * @param enough whether these samples, which took so many milliseconds together, suffice
 */
export async function sampleRounds(
  watch: Watch,
  measure: () => Promise<readonly number[]>,
  enough: (times: readonly number[], milliseconds: number) => boolean,
  { attempts, time }: Patience = usualPatience,
): Promise<Sampled> {
  const started = performance.now();
  let kept: Sampled | undefined;
  for (let attempt = 1; ; attempt++) {
    const sampled = await sampleOnce(watch, measure, enough);
    if (!kept || sampled.slowdown < kept.slowdown) kept = sampled;
    const patient = attempt < attempts && performance.now() - started < time;
    if (kept.slowdown <= undisturbedBelow || !patient) return kept;
  }
}

async function sampleOnce(
  watch: Watch,
  measure: () => Promise<readonly number[]>,
  enough: (times: readonly number[], milliseconds: number) => boolean,
): Promise<Sampled> {
  const times: number[] = [];
  await watch.ready();
  const looks = [await watch.look()];
  let spent = 0;
  do {
    if (times.length > 0) await watch.ready();
    const begun = performance.now();
    times.push(...(await measure()));
    const milliseconds = performance.now() - begun;
    spent += milliseconds;
    const due = Math.min(mostLooks, Math.max(1, Math.round(milliseconds / perLook)));
    for (let look = 0; look < due; look++) looks.push(await watch.look());
  } while (!enough(times, spent));
  return { times, slowdown: watch.slowdownOf(looks, spent / times.length) };
}

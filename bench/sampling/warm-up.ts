/**
 * An idle GPU lowers its clock, to a fifth and less, and takes a few tenths of a second of work to raise it again: what is
 * measured meanwhile says nothing about the work.
 */

/** Milliseconds; the time of the fixed work counts, nothing else happens meanwhile. */
export interface WarmUp {
  /** For so long at least, where it is not known yet how fast the device is. */
  readonly least: number;
  /** Its time has stopped falling when it has not fallen for so long. */
  readonly still: number;
  readonly most: number;
}

const usual: WarmUp = { least: 400, still: 150, most: 2500 };
/** A time that falls by less has not fallen. */
const falls = 0.98;
/** Up to here a device is as fast as it has been. */
const asFast = 1.1;

/**
 * Runs fixed work until it is about as fast as it has ever been, or until its time has stopped falling.
 * @param work milliseconds of a run
 * @param known the least that it ever took; Infinity where nothing is known
 * @returns the least that it took now
 */
export async function warmUp(
  work: () => Promise<number>,
  known: number,
  { least, still, most }: WarmUp = usual,
): Promise<number> {
  let best = Infinity;
  let spent = 0;
  let fellAt = 0;
  for (;;) {
    const time = await work();
    spent += time;
    if (time < falls * best) fellAt = spent;
    best = Math.min(best, time);
    if (time <= asFast * known && known < Infinity) return best;
    if ((spent >= least && spent - fellAt >= still) || spent >= most) return best;
  }
}

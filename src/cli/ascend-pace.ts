/** How long the rest of an ascent takes, by the iterations of its batch, which cost the same however many images still climb. */
import type { Progress, Standing } from '../ascent/standing.ts';
import type { ExpectedRest } from './bar-line.ts';

/** Read-backs that the pace is taken of: early ones are slow, the first one waits for what is compiled. */
const remembered = 8;

export class AscentPace {
  /** Iterations so far and when they were done, the newest last. */
  readonly #marks: { readonly done: number; readonly at: number }[] = [];
  #last: Pick<Progress, 'trial' | 'iteration'> = { trial: 0, iteration: 0 };

  /** @param now milliseconds */
  after({ trial, iteration, evaluations }: Progress, standing: Standing, now: number): ExpectedRest {
    const last = this.#last;
    // Lanes that are filled anew all at once count from 0 again.
    const goesOn = trial === last.trial && iteration >= last.iteration;
    const done = (this.#marks.at(-1)?.done ?? 0) + iteration - (goesOn ? last.iteration : 0);
    this.#last = { trial, iteration };
    this.#marks.push({ done, at: now });
    if (this.#marks.length > remembered) this.#marks.shift();
    const total = evaluations + standing.imagesLeft;
    const [first] = this.#marks;
    if (!first || first.done === done) return { total, secondsLeft: undefined };
    const each = (now - first.at) / 1000 / (done - first.done);
    return { total, secondsLeft: standing.iterationsLeft * each };
  }
}

/** A bar, how much is done of how much, rate, time left and details, in as many columns as there are. */
import { formatDuration } from '../report/format.ts';

export interface BarState {
  /** How much is done, in words: `3/200 generations`. */
  readonly count: string;
  /** Share that is done, from 0 to 1; without it there is no bar. */
  readonly share?: number;
  readonly rate?: string;
  readonly left?: string;
  /** The most important one first. */
  readonly details: readonly string[];
}

const [longestBar, shortestBar] = [28, 4];

/**
 * What does not fit goes in this order: the bar shrinks and goes, the rate, the details from the last one on, the time left, the
 * last detail. Where there is room again for a bar once other parts are gone, it is there. Nothing is shown in half but a count
 * that alone is too long.
 */
export function barLine(state: BarState, columns: number): string {
  const line = fewerAndFewer(state).find((parts) => lengthOf(parts) <= columns) ?? cut(state.count, columns);
  const room = Math.min(longestBar, columns - lengthOf(line) - 1);
  return room >= shortestBar && state.share !== undefined ? `${barOf(state.share, room)} ${line}` : line;
}

/** What may be shown, from everything on. */
function fewerAndFewer(state: BarState): string[] {
  const { count, left, details } = state;
  const fewer = details.map((_, index) => details.slice(0, details.length - index));
  return [
    state,
    ...fewer.map((some) => ({ count, left, details: some })),
    ...fewer.slice(-1).map((one) => ({ count, details: one })),
    { count, left, details: [] },
    { count, details: [] },
  ].map(joinedLine);
}

/** All of it but the bar. */
export const joinedLine = ({ count, rate, left, details }: Omit<BarState, 'share'>): string =>
  [count, rate, left, details.join(', ')].filter((part) => part !== undefined && part !== '').join(' · ');

const lengthOf = (text: string): number => [...text].length;

function barOf(share: number, length: number): string {
  const full = Math.round(length * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(length - full);
}

const cut = (text: string, columns: number): string =>
  lengthOf(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`;

/** What is known of the rest better than that it goes on at the rate so far. */
export interface ExpectedRest {
  /** Of what there is to be done, which may have become less. */
  readonly total: number;
  /** Until it is done; undefined where that is not known yet. */
  readonly secondsLeft: number | undefined;
}

/** Rate since the start and the time that the rest would take at it. */
export class Meter {
  readonly #started: number;

  /** @param now milliseconds of a clock that stands still while something else is done */
  constructor(
    private readonly total: number,
    private readonly from: number,
    private readonly now: () => number,
  ) {
    this.#started = now();
  }

  at(value: number, expected?: ExpectedRest): Required<Pick<BarState, 'rate' | 'left'>> {
    const seconds = (this.now() - this.#started) / 1000;
    const rate = (value - this.from) / Math.max(seconds, 1e-3);
    const total = expected?.total ?? this.total;
    const left = expected ? expected.secondsLeft : (total - value) / rate;
    return {
      rate: rate > 0 ? `${Number(rate.toPrecision(3)).toLocaleString('en')}/s` : '…/s',
      left:
        value >= total
          ? `in ${formatDuration(seconds)}`
          : `${rate > 0 && left !== undefined ? formatDuration(left) : '…'} left`,
    };
  }
}

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
 * What does not fit goes in this order: the bar shrinks and goes, the rate, the details from the last one on, the time left.
 * None of them is shown in half but a single detail that alone is too long.
 */
export function barLine(state: BarState, columns: number): string {
  const { count, share, rate, left, details } = state;
  const joined = (...parts: readonly (string | undefined)[]) =>
    [count, ...parts].filter((part) => part !== undefined && part !== '').join(' · ');
  const whole = joined(rate, left, details.join(', '));
  const room = Math.min(longestBar, columns - lengthOf(whole) - 1);
  if (room >= shortestBar && share !== undefined) return `${barOf(share, room)} ${whole}`;
  const fewer = details.map((_, index) => details.slice(0, details.length - index).join(', '));
  const candidates = [
    whole,
    ...fewer.map((some) => joined(left, some)),
    ...fewer.slice(-1).map((one) => joined(one)),
  ];
  const fitting = candidates.find((line) => lengthOf(line) <= columns);
  return fitting ?? cut(candidates.at(-1) ?? count, columns);
}

export const joinedLine = ({ count, rate, left, details }: BarState): string =>
  [count, rate, left, details.join(', ')].filter((part) => part !== undefined && part !== '').join(' · ');

const lengthOf = (text: string): number => [...text].length;

function barOf(share: number, length: number): string {
  const full = Math.round(length * Math.min(1, Math.max(0, share)));
  return '█'.repeat(full) + '░'.repeat(length - full);
}

const cut = (text: string, columns: number): string =>
  lengthOf(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`;

/** What is known of the rest better than that it goes on at the rate so far. */
export interface Expected {
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

  at(value: number, expected?: Expected): Required<Pick<BarState, 'rate' | 'left'>> {
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

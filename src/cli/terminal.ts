/** What a command says: results on standard output, everything else on standard error. */
import { barLine, joinedLine, Meter, type BarState, type ExpectedRest } from './bar-line.ts';
import { begin, processIo, type Invocation } from './io.ts';
import { inOptions } from './option-words.ts';
import { printable, printableInLine } from './printable.ts';
import type { Sentence } from '../util/sentence.ts';

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Milliseconds between two lines of progress where there is no terminal to draw a bar on. */
const plainEvery = 5000;
/** Milliseconds after which work that is over in a moment, mostly, is worth a bar. */
const soon = 500;

export class Terminal {
  readonly #said = new Set<string>();
  /** The newest of those that are under way is the one that is drawn. */
  readonly #bars: { state: BarState }[] = [];
  /** Milliseconds of work that has another bar, such as compiling: rates leave them out. */
  #passed = 0;

  constructor(
    private readonly options: TerminalOptions,
    /** Of the command that speaks; without one it is this process that does. */
    readonly invocation: Invocation = begin(processIo, new AbortController().signal),
  ) {
    this.invocation.wantsJson = options.json;
  }

  /** What was asked for, which --quiet leaves; not printed with --json. */
  answer(text: string): void {
    if (!this.options.json) this.#out(text);
  }

  /** A line for people; not printed with --json or --quiet. */
  line(text: string): void {
    if (!this.options.quiet) this.answer(text);
  }

  /** A remark on the way, on standard error. */
  note(text: string): void {
    if (!this.options.quiet) this.#err(text);
  }

  /** A remark that is not repeated, as of every device that a command opens one after the other. */
  noteOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.note(text);
  }

  /** Something that the user should know, even with --quiet. */
  warn(text: string | Sentence): void {
    this.#err(`warning: ${this.said(text)}`);
  }

  /** As it stands on the command line. */
  readonly said = (text: string | Sentence): string => inOptions(text, this.invocation.options);

  /** A part that failed, in the words of a whole command that fails; the rest goes on. */
  fail(text: string): void {
    this.#err(`fool: ${text}`);
    this.invocation.errors.push(text);
    if (this.invocation.exitCode === 0) this.invocation.exitCode = 1;
  }

  /** What --json prints at the end of the command. */
  json(value: object): void {
    this.invocation.result = value;
  }

  /** A bar with rate and time left on a terminal, a line every few seconds in a pipe. */
  progress(planned: number, unit: string, from = 0): Progress {
    const meter = new Meter(planned, from, () => performance.now() - this.#passed);
    const stateAt = (value: number, text: string, expected?: ExpectedRest): BarState => {
      const { total } = expected ?? { total: planned };
      return {
        count: `${String(value)}/${String(total)} ${unit}`,
        share: total > 0 ? value / total : 1,
        ...meter.at(value, expected),
        details: detailsOf(text),
      };
    };
    if (this.options.quiet) return silent;
    if (!this.invocation.status.isLive) {
      const plain = this.#plainLines(-Infinity);
      return {
        update: (value, text = '', expected) => {
          plain(() => stateAt(value, text, expected), value >= (expected?.total ?? planned));
        },
        stop: () => undefined,
      };
    }
    const bar = this.#begin(stateAt(from, ''));
    return {
      update: (value, text = '', expected) => {
        bar.state = stateAt(value, text, expected);
        this.#redraw();
      },
      stop: () => {
        if (!this.#bars.includes(bar)) return;
        // Its last state stays, above those that go on.
        this.invocation.status.show((columns) => barLine(bar.state, columns));
        this.invocation.status.keep();
        this.#end(bar);
      },
    };
  }

  /** A bar for what is over in a moment, mostly: it appears when that takes longer, and leaves nothing behind. */
  passing(what: string): Passing {
    if (this.options.quiet) return silent;
    const stateAt = (value: number, total: number): BarState => ({
      count: `${what} ${String(value)}/${String(total)}`,
      share: total > 0 ? value / total : 1,
      details: [],
    });
    let state: BarState = { count: `${what} …`, details: [] };
    let counted = performance.now();
    const count = () => {
      const now = performance.now();
      this.#passed += now - counted;
      counted = now;
    };
    if (!this.invocation.status.isLive) {
      const plain = this.#plainLines(performance.now());
      return {
        update: (value, total) => {
          count();
          plain(() => stateAt(value, total));
        },
        stop: () => undefined,
      };
    }
    let bar: { state: BarState } | undefined;
    const appearing = setTimeout(() => {
      bar = this.#begin(state);
    }, soon).unref();
    return {
      update: (value, total) => {
        count();
        state = stateAt(value, total);
        if (!bar) return;
        bar.state = state;
        this.#redraw();
      },
      stop: () => {
        clearTimeout(appearing);
        if (bar) this.#end(bar);
        bar = undefined;
      },
    };
  }

  /** Leaves the bar as a line like others, where the process ends while there is one. */
  leave(): void {
    this.invocation.status.keep();
  }

  #out(text: string): void {
    const { out, status } = this.invocation;
    const print = () => out.write(printable(text) + '\n');
    if (out.isTTY === true) status.above(print);
    else print();
  }

  #err(text: string): void {
    this.invocation.status.above(() => {
      this.invocation.err.write(printable(text) + '\n');
    });
  }

  #begin(state: BarState): { state: BarState } {
    const bar = { state };
    this.#bars.push(bar);
    this.#redraw();
    return bar;
  }

  #end(bar: { state: BarState }): void {
    const index = this.#bars.indexOf(bar);
    if (index >= 0) this.#bars.splice(index, 1);
    if (this.#bars.length > 0) this.#redraw();
    else this.invocation.status.clear();
  }

  #redraw(): void {
    const bar = this.#bars.at(-1);
    if (bar) this.invocation.status.show((columns) => barLine(bar.state, columns));
  }

  /** @param printed when the line before was; -Infinity for one at once */
  #plainLines(printed: number): (stateNow: () => BarState, isLast?: boolean) => void {
    return (stateNow, isLast = false) => {
      const now = performance.now();
      if (now - printed < plainEvery && !isLast) return;
      printed = now;
      this.#err(joinedLine(stateNow()));
    };
  }
}

export interface Progress {
  /**
   * @param text details with commas between them, the most important one first
   * @param expected where more is known of the rest than the total that was planned
   */
  update(value: number, text?: string, expected?: ExpectedRest): void;
  stop(): void;
}

/** As `Progress`, of a total that may grow. */
export interface Passing {
  update(value: number, total: number): void;
  stop(): void;
}

const detailsOf = (text: string): string[] => (text === '' ? [] : printableInLine(text).split(', '));

const silent: Progress & Passing = { update: () => undefined, stop: () => undefined };

/** Says what is being done meanwhile, where that takes a while. */
export async function during<T>(terminal: Terminal, what: string, work: Promise<T>): Promise<T> {
  const passing = terminal.passing(what);
  try {
    return await work;
  } finally {
    passing.stop();
  }
}

/** For what takes a function to tell remarks to. */
export const noteTo =
  (terminal: Terminal) =>
  (text: string): void => {
    terminal.note(text);
  };

/** What a command says: results on standard output, everything else on standard error. */
import { SingleBar } from 'cli-progress';
import { formatDuration } from '../report/format.ts';
import { begin, processIo, type Invocation } from './io.ts';

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export class Terminal {
  readonly #plainEvery = 5000;
  readonly #said = new Set<string>();
  #bar: SingleBar | undefined;

  constructor(
    private readonly options: TerminalOptions,
    /** Of the command that speaks; without one it is this process that does. */
    readonly invocation: Invocation = begin(processIo, new AbortController().signal),
  ) {}

  /** A line for people; not printed with --json or --quiet. */
  line(text: string): void {
    if (this.options.json || this.options.quiet) return;
    this.invocation.out.write(printable(text) + '\n');
  }

  /** A remark on the way, on standard error. */
  note(text: string): void {
    if (this.options.quiet) return;
    this.#above(text);
  }

  /** A remark that is not repeated, as of every device that a command opens one after the other. */
  noteOnce(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    this.note(text);
  }

  /** Something that the user should know, even with --quiet. */
  warn(text: string): void {
    this.#above(`warning: ${text}`);
  }

  /** A part that failed, in the words of a whole command that fails; the rest goes on. */
  fail(text: string): void {
    this.#above(`fool: ${text}`);
    if (this.invocation.exitCode === 0) this.invocation.exitCode = 1;
  }

  /** The one object that --json prints. */
  json(value: unknown): void {
    if (this.options.json) this.invocation.out.write(escaped(JSON.stringify(value)) + '\n');
  }

  /** A bar with rate and time left on a terminal, a line every few seconds in a pipe. */
  progress(total: number, unit: string, from = 0): Progress {
    if (this.options.quiet) return { update: () => undefined, stop: () => undefined };
    const live = this.invocation.err.isTTY === true;
    return live ? this.#liveBar(total, unit, from) : this.#plainLines(total, unit, from);
  }

  #above(text: string): void {
    const { err } = this.invocation;
    if (this.#bar && err.isTTY === true) err.write('\r\u001b[K');
    err.write(printable(text) + '\n');
  }

  #liveBar(total: number, unit: string, from: number): Progress {
    const format = `{bar} {value}/{total} ${unit} · {rate} · {left} left · {text}`;
    const bar = new SingleBar({
      format,
      stream: this.invocation.err,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      barsize: 28,
      hideCursor: true,
      clearOnComplete: false,
    });
    this.#bar = bar;
    bar.start(total, from, { rate: '…', left: '…', text: '' });
    const meter = new Meter(total, unit, from);
    return {
      update: (value, text) => {
        bar.update(value, { ...meter.at(value), text });
      },
      stop: () => {
        bar.stop();
        this.#bar = undefined;
      },
    };
  }

  #plainLines(total: number, unit: string, from: number): Progress {
    const meter = new Meter(total, unit, from);
    let printed = 0;
    return {
      update: (value, text) => {
        const now = Date.now();
        if (now - printed < this.#plainEvery && value < total) return;
        printed = now;
        const { rate, left } = meter.at(value);
        this.invocation.err.write(
          `${String(value)}/${String(total)} ${unit} · ${rate} · ${left} left · ${text}\n`,
        );
      },
      stop: () => undefined,
    };
  }
}

/** Names out of anybody's files may hold codes that a terminal obeys: none of them reaches it. */
export const printable = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '?');

/** JSON escapes the control characters below 32 by itself; a terminal obeys others, too. */
const escaped = (json: string): string =>
  json.replace(/\p{Cc}/gu, (code) => `\\u${code.charCodeAt(0).toString(16).padStart(4, '0')}`);

export interface Progress {
  update(value: number, text: string): void;
  stop(): void;
}

/** Rate since the start and the time that the rest would take at it. */
class Meter {
  readonly #started = performance.now();

  constructor(
    private readonly total: number,
    private readonly unit: string,
    private readonly from: number,
  ) {}

  at(value: number): { rate: string; left: string } {
    const seconds = (performance.now() - this.#started) / 1000;
    const rate = (value - this.from) / Math.max(seconds, 1e-3);
    return {
      rate: `${rate.toPrecision(3)} ${this.unit}/s`,
      left: rate > 0 ? formatDuration((this.total - value) / rate) : '…',
    };
  }
}

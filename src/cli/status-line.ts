/**
 * The last line of a terminal, which changes: it is cleared before anything else is printed, and drawn again below that. The
 * cursor is neither hidden nor moved to another line, so that however a process ends, the terminal is as it was.
 */
import type { Output } from './output.ts';

/** Milliseconds between two drawings at least, unless something was printed in between. */
const every = 100;
/** Columns that are left free: a terminal prints `^C` where the cursor stands, and must not begin a line for it. */
const margin = 3;
const usualColumns = 80;

/** A line with wide characters is too long: the terminal is to cut it, not to wrap it. */
const [withoutWrapping, withWrapping] = ['\u001b[?7l', '\u001b[?7h'];
const clearing = '\r\u001b[K';

export class StatusLine {
  #compose: ((columns: number) => string) | undefined;
  #drawn = -Infinity;
  #waiting: NodeJS.Timeout | undefined;

  constructor(private readonly stream: Output) {}

  /** Whether there is a terminal to draw on. */
  get isLive(): boolean {
    return this.stream.isTTY === true;
  }

  get isShown(): boolean {
    return this.#compose !== undefined;
  }

  /** @param compose the line, of so many columns at most */
  show(compose: (columns: number) => string): void {
    this.#compose = compose;
    const rest = this.#drawn + every - performance.now();
    if (rest <= 0) this.#draw();
    else
      this.#waiting ??= setTimeout(() => {
        this.#draw();
      }, rest).unref();
  }

  /** Prints whole lines above it, to this stream or to another one of the same terminal. */
  above(print: () => void): void {
    if (this.#compose) this.stream.write(clearing);
    print();
    if (this.#compose) this.#draw();
  }

  /** Leaves what it shows as a line like others. */
  keep(): void {
    if (!this.#compose) return;
    this.#draw();
    this.stream.write('\n');
    this.#forget();
  }

  clear(): void {
    if (!this.#compose) return;
    this.stream.write(clearing);
    this.#forget();
  }

  #draw(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#drawn = performance.now();
    const columns = (this.stream.columns ?? usualColumns) - margin;
    const line = this.#compose?.(columns) ?? '';
    this.stream.write(`\r${withoutWrapping}${line}\u001b[K${withWrapping}`);
  }

  #forget(): void {
    clearTimeout(this.#waiting);
    this.#waiting = undefined;
    this.#compose = undefined;
  }
}

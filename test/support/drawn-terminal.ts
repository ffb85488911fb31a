/** A terminal that is not there: what a command writes to it, as it would be seen. */
import { Writable } from 'node:stream';
import { Terminal } from '@xterm/headless';
import { vi } from 'vitest';
import { screenLines } from './screen-lines.ts';

export class DrawnTerminal extends Writable {
  readonly isTTY = true;
  readonly #terminal: Terminal;

  constructor(readonly columns: number) {
    super({ decodeStrings: false });
    this.#terminal = new Terminal({ cols: columns, rows: 30, allowProposedApi: true, convertEol: true });
  }

  override _write(text: string, _encoding: BufferEncoding, done: () => void): void {
    this.#terminal.write(text);
    done();
  }

  /** Its lines, once everything has been drawn. */
  async lines(): Promise<string[]> {
    const state = { isDrawn: false };
    this.#terminal.write('', () => {
      state.isDrawn = true;
    });
    // It draws at its next timeout, which fake ones would never reach by themselves.
    while (!state.isDrawn) {
      if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(1);
      else await new Promise((resolve) => setTimeout(resolve));
    }
    return screenLines(this.#terminal);
  }
}

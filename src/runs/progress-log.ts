/** `progress.jsonl`: lines are gathered and appended now and then; a piece that a failed append left is cut off again. */
import type { z } from 'zod';
import { withChecksumIn } from '../storage/checksum.ts';
import { parseLine } from '../storage/lines.ts';
import type { Storage } from '../storage/storage.ts';

const path = 'progress.jsonl';

/** A file of lines of JSON, which is only appended to; a line that was cut off is dropped. */
export class ProgressLog<Line extends object> {
  #lines: string[] = [];
  /** Lines that the file holds, unknown until it is first looked at. */
  #written: number | undefined;
  /** Whether a failed append may have left a piece of one behind them. */
  #torn = false;

  constructor(
    private readonly storage: Storage,
    private readonly schema: z.ZodType<Line>,
    /** Of the run, where it has one. */
    private readonly mark?: string,
  ) {}

  /** Keeps a line until the next `flush`. */
  add(line: Line): void {
    this.#lines.push(JSON.stringify(withChecksumIn(this.mark)(line)));
  }

  /** Appends the lines that were added since. */
  async flush(): Promise<void> {
    const lines = [...this.#lines];
    if (lines.length === 0) return;
    const before = this.#written ?? (await this.#read()).length;
    this.#written = before;
    if (this.#torn) await this.#replace((await this.#read()).slice(0, before));
    this.#torn = true;
    await this.storage.append(path, lines.join('\n') + '\n');
    this.#torn = false;
    this.#written = before + lines.length;
    this.#lines = this.#lines.slice(lines.length);
  }

  /**
   * Leaves out the lines that a resumed run will write again, and damaged ones, which cannot be read.
   * @returns how many were damaged
   */
  async cut(isKept: (line: Line) => boolean): Promise<number> {
    const lines = await this.#read();
    const values = lines.map((line) => parseLine(line, this.schema, this.mark));
    await this.#replace(
      lines.filter((_, index) => {
        const value = values[index];
        return value !== undefined && isKept(value);
      }),
    );
    return values.filter((value) => value === undefined).length;
  }

  /** Whole lines; a piece of one behind them is what a crash or a full disk left. */
  async #read(): Promise<string[]> {
    const bytes = (await this.storage.read(path)) ?? new Uint8Array();
    return new TextDecoder().decode(bytes).split('\n').slice(0, -1);
  }

  async #replace(lines: readonly string[]): Promise<void> {
    await this.storage.write(path, lines.map((line) => line + '\n').join(''));
    this.#written = lines.length;
    this.#torn = false;
  }
}

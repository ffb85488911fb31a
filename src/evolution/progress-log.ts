/** `progress.jsonl`: lines are gathered and appended now and then; a piece that a failed append left is cut off again. */
import type { Storage } from '../storage/storage.ts';

const path = 'progress.jsonl';

export class ProgressLog<Line> {
  #lines: string[] = [];
  /** Lines that the file holds, and whether a failed append may have left a piece of one behind them. */
  #written = 0;
  #torn = false;

  constructor(private readonly storage: Storage) {}

  /** Keeps a line until the next `flush`. */
  add(line: Line): void {
    this.#lines.push(JSON.stringify(line));
  }

  async flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    if (this.#torn) await this.cut(this.#written);
    const lines = [...this.#lines];
    this.#torn = true;
    await this.storage.append(path, lines.join('\n') + '\n');
    this.#torn = false;
    this.#written += lines.length;
    this.#lines = this.#lines.slice(lines.length);
  }

  /** Lines that are written or gathered. */
  get count(): number {
    return this.#written + this.#lines.length;
  }

  /** Drops the lines from a number on, which a resumed run will write again. */
  async cut(lines: number): Promise<void> {
    const bytes = await this.storage.read(path);
    const all = new TextDecoder().decode(bytes ?? new Uint8Array()).split('\n');
    const kept = all.slice(0, lines).filter((line) => line !== '');
    await this.storage.write(path, kept.map((line) => line + '\n').join(''));
    this.#written = kept.length;
    this.#torn = false;
  }
}

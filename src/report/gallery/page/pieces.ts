/** Data that the page takes as scripts, since a page on disk may load these and nothing else. */
import { receiver } from '../gallery-data.ts';

/** What each file hands over is what the writer of galleries puts there; the types are those of `gallery-data.ts`. */
type Take = (value: unknown) => void;

/** Files that are kept; a click loads one of them again at no cost worth naming. */
const mostKept = 64;

export class Pieces {
  readonly #waiting = new Map<string, Take>();
  readonly #loaded = new Map<string, Promise<unknown>>();

  /** @param folder of the gallery's files */
  constructor(private readonly folder: string) {
    Object.assign(globalThis, {
      [receiver]: (name: string, value: unknown) => {
        this.#waiting.get(name)?.(value);
        this.#waiting.delete(name);
      },
    });
  }

  /** Waits for a file that the page names itself. */
  expect(name: string): Promise<unknown> {
    return new Promise((resolve) => this.#waiting.set(name, resolve));
  }

  /** @throws Error when the file is missing or damaged */
  load(file: string): Promise<unknown> {
    const known = this.#loaded.get(file);
    if (known) return known;
    const loading = this.#fetch(file);
    this.#loaded.set(file, loading);
    loading.catch(() => this.#loaded.delete(file));
    for (const oldest of this.#loaded.keys()) {
      if (this.#loaded.size <= mostKept) break;
      this.#loaded.delete(oldest);
    }
    return loading;
  }

  async #fetch(file: string): Promise<unknown> {
    const value = this.expect(file);
    const script = document.createElement('script');
    const ended = new Promise<never>((_, reject) => {
      const fail = () => {
        reject(new Error(`${this.folder}/${file} is missing or damaged: make the gallery again`));
      };
      script.addEventListener('error', fail);
      // A file that ran has handed over its value by now.
      script.addEventListener('load', () => setTimeout(fail));
    });
    script.src = `${this.folder}/${file}`;
    document.head.append(script);
    try {
      return await Promise.race([value, ended]);
    } finally {
      script.remove();
    }
  }
}

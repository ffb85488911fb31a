/**
 * What an error says of settings. Who calls in code reads their names; a host that calls them otherwise, as a command line does by
 * its options, says the same sentence in its own words.
 */
import { messageOf } from './message-of.ts';

/** A setting within a sentence. */
export interface Setting {
  /** Its name in code. */
  readonly setting: string;
  /** The command that has it, where a command line has to say which. */
  readonly command?: string;
  /** What stands for its value on a command line. */
  readonly value?: string;
}

export const setting = (name: string, onCommandLine: Omit<Setting, 'setting'> = {}): Setting => ({
  setting: name,
  ...onCommandLine,
});

/** A sentence that names settings, which the host puts in its own words. */
export class Sentence {
  constructor(private readonly parts: readonly (string | Setting)[]) {}

  /** The sentence in the words of a host. @param wordsFor what it says for a setting */
  in(wordsFor: (setting: Setting) => string): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : wordsFor(part))).join('');
  }

  /** With the names of the settings. */
  toString(): string {
    return this.in(({ setting: name }) => name);
  }

  /** As `toString`. */
  toJSON(): string {
    return this.toString();
  }

  /** For `sentence`. */
  get flat(): readonly (string | Setting)[] {
    return this.parts;
  }
}

/** As a template, e.g. `` sentence`${setting('stepSize')} is ${size}, expected a number above 0` ``. */
export function sentence(
  texts: TemplateStringsArray,
  ...values: readonly (string | number | Setting | Sentence)[]
): Sentence {
  return new Sentence(
    texts.flatMap((text, index) => {
      const value = values[index];
      if (value === undefined) return [text];
      if (value instanceof Sentence) return [text, ...value.flat];
      return [text, typeof value === 'object' ? value : String(value)];
    }),
  );
}

/** What an error says, to be said within another sentence. */
export const sentenceOf = (error: unknown): Sentence =>
  error instanceof Error && 'sentence' in error && error.sentence instanceof Sentence
    ? error.sentence
    : new Sentence([messageOf(error)]);

/** Parts with a word between each two of them. */
export const joined = (parts: readonly (Sentence | string)[], between: string): Sentence =>
  parts
    .slice(1)
    .reduce<Sentence>((all, part) => sentence`${all}${between}${part}`, sentence`${parts[0] ?? ''}`);

/** An error whose message is a sentence: it has the names of settings, and a host can say it in its own words. */
export class SentenceError extends Error {
  override readonly name: string = 'SentenceError';
  #sentence: Sentence;

  constructor(says: Sentence | string, options?: ErrorOptions) {
    super(String(says), options);
    this.#sentence = sentence`${says}`;
  }

  /** Its message, in which a host can put names of settings in its own words. */
  get sentence(): Sentence {
    return this.#sentence;
  }

  /** Says more, at the end. */
  append(more: Sentence): void {
    this.#sentence = sentence`${this.#sentence}${more}`;
    this.message = String(this.#sentence);
  }
}

/** Wrong usage, told in a sentence about settings. */
export class SettingsError extends SentenceError {
  override readonly name: string = 'SettingsError';
}

/**
 * What an error says of settings. Who calls in code reads their names; a host that calls them otherwise, as a command line does by
 * its options, says the same sentence in its own words.
 */

/** The name of a setting within a sentence. */
export interface Setting {
  readonly setting: string;
}

export const setting = (name: string): Setting => ({ setting: name });

export class Sentence {
  constructor(private readonly parts: readonly (string | Setting)[]) {}

  /** @param wordFor what the host calls a setting */
  in(wordFor: (name: string) => string): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : wordFor(part.setting))).join('');
  }

  /** With the names of the settings. */
  toString(): string {
    return this.in((name) => name);
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

/** Wrong usage, told in a sentence about settings. */
export class SettingsError extends Error {
  override readonly name: string = 'SettingsError';
  readonly sentence: Sentence;

  constructor(says: Sentence | string) {
    super(String(says));
    this.sentence = typeof says === 'string' ? new Sentence([says]) : says;
  }
}

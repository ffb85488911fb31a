/** Reads tokens one after the other, without the space between them. */
import { ShaderTextError } from './shader-text-error.ts';
import type { Token } from './tokens.ts';

export class TokenReader {
  #at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** The next token, space included; undefined at the end. */
  take(): Token | undefined {
    return this.tokens[this.#at++];
  }

  /** Passes what is next, when it is these texts with nothing but space between them. @returns whether it was */
  passes(...texts: readonly string[]): boolean {
    const start = this.#at;
    for (const text of texts) {
      this.#passSpace();
      if (this.tokens[this.#at++]?.text !== text) {
        this.#at = start;
        return false;
      }
    }
    return true;
  }

  /** @throws ShaderTextError when another text is next */
  expect(where: string, ...texts: readonly string[]): void {
    if (!this.passes(...texts))
      throw new ShaderTextError(
        `${where}: ${texts.join(' ')} is expected, not ${this.peek()?.text ?? 'the end'}`,
      );
  }

  /** The next token that is no space, which stays where it is. */
  peek(): Token | undefined {
    let at = this.#at;
    while (this.tokens[at]?.kind === 'space') at++;
    return this.tokens[at];
  }

  /** Takes the next word. @throws ShaderTextError when there is none */
  word(where: string): string {
    this.#passSpace();
    const token = this.take();
    if (token?.kind !== 'word') throw new ShaderTextError(`${where}: a name is expected`);
    return token.text;
  }

  /** Takes all up to an end on the same level of brackets, and the end. @throws ShaderTextError when it never comes */
  upTo(where: string, end: string): Token[] {
    const taken: Token[] = [];
    for (let depth = 0; ;) {
      const token = this.take();
      if (!token) throw new ShaderTextError(`${where} has no ${end}`);
      if (depth === 0 && token.text === end) return taken;
      if ('([{<'.includes(token.text)) depth++;
      if (')]}>'.includes(token.text)) depth--;
      taken.push(token);
    }
  }

  /** Passes a comment that begins with these words and stands on the same line. @returns whether there was one */
  passesMark(mark: string): boolean {
    let at = this.#at;
    while (this.tokens[at]?.kind === 'space' && !this.tokens[at]?.text.includes('\n')) at++;
    const token = this.tokens[at];
    if (token?.kind !== 'comment' || !isMark(token.text, mark)) return false;
    this.#at = at + 1;
    return true;
  }

  /** Tries to read something, and goes back where that gives undefined. */
  attempt<Value>(read: () => Value | undefined): Value | undefined {
    const start = this.#at;
    const value = read();
    if (value === undefined) this.#at = start;
    return value;
  }

  #passSpace(): void {
    while (this.tokens[this.#at]?.kind === 'space') this.#at++;
  }
}

/** Whether a comment is a mark; what it says behind that is for readers. */
export const isMark = (comment: string, mark: string): boolean =>
  comment.startsWith(`// ${mark}`) && !/^[\w-]/.test(comment.slice(mark.length + 3));

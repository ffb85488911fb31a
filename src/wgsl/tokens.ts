/** The tokens of WGSL: together they are the text again. */
import { ShaderTextError } from './shader-text-error.ts';

const patterns = {
  space: String.raw`\s+`,
  comment: String.raw`\/\/[^\n]*`,
  word: String.raw`[\p{XID_Start}_]\p{XID_Continue}*`,
  number: String.raw`0[xX][\da-fA-F]+[iu]?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[iufh]?`,
  sign: String.raw`[-+*\/%=<>!&\|^~?:;,.\(\)\[\]\{\}@]`,
};

export type TokenKind = keyof typeof patterns;

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

const kinds = Object.keys(patterns) as readonly TokenKind[];
const pattern = new RegExp(
  Object.values(patterns)
    .map((one) => `(${one})`)
    .join('|'),
  'uy',
);

/** @throws ShaderTextError for block comments, which nest, and for what is not WGSL; it names the line */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < source.length;) {
    pattern.lastIndex = at;
    const match = source.startsWith('/*', at) ? null : pattern.exec(source);
    const kind = kinds.find((_, index) => match?.[index + 1] !== undefined);
    if (!match || !kind) throw refusal(source, at);
    tokens.push({ kind, text: match[0] });
    at += match[0].length;
  }
  return tokens;
}

function refusal(source: string, at: number): ShaderTextError {
  const where = `line ${String(source.slice(0, at).split('\n').length)}`;
  return new ShaderTextError(
    source.startsWith('/*', at)
      ? `${where}: shaders have comments of // alone`
      : `${where}: not WGSL: ${source.slice(at, at + 20)}`,
  );
}

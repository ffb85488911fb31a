/** What a shader's marks say of its text: the loops that are unrolled and the arrays that are split. */
import { expressionOf, type Expression } from './expression.ts';
import { ShaderTextError } from './shader-text-error.ts';
import { isMark, TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** The counter of an unrolled loop around it. */
  | { readonly kind: 'counter'; readonly name: string }
  | {
      readonly kind: 'loop';
      readonly counter: string;
      readonly bound: Expression;
      readonly body: readonly Part[];
    }
  /** An array whose elements are variables. */
  | {
      readonly kind: 'variables';
      readonly name: string;
      readonly type: string;
      readonly length: Expression;
    }
  | { readonly kind: 'element'; readonly name: string; readonly index: Expression };

/** Names that mean something else than their text. */
interface Scope {
  readonly counters: ReadonlySet<string>;
  readonly arrays: Set<string>;
}

/** Comments are left out. @throws ShaderTextError where a mark stands in front of something else than it is for */
export function partsOf(tokens: readonly Token[]): Part[] {
  const reader = new TokenReader(tokens);
  const parts: Part[] = [];
  if (readBlock(reader, { counters: new Set(), arrays: new Set() }, parts))
    throw new ShaderTextError('the shader has a } too many');
  return parts;
}

/** Reads up to the end of the block that was opened, or of the shader. @returns whether the block was closed */
function readBlock(reader: TokenReader, { counters, arrays: outer }: Scope, parts: Part[]): boolean {
  const scope: Scope = { counters, arrays: new Set(outer) };
  let isMember = false;
  for (let token = reader.take(); token; token = reader.take()) {
    const { kind, text } = token;
    if (kind === 'comment') {
      if (isMark(text, '@unroll')) append(parts, readLoop(reader, scope));
    } else if (text === '}') return true;
    else if (text === '{') {
      append(parts, textPart(text));
      if (!readBlock(reader, scope, parts)) throw new ShaderTextError('a block has no closing brace');
      append(parts, textPart('}'));
    } else if (kind !== 'word' || isMember) append(parts, textPart(text));
    else if (text === 'var' || text === 'let' || text === 'const')
      append(parts, readDeclaration(reader, text, scope));
    else append(parts, readName(reader, text, scope));
    if (kind !== 'space') isMember = text === '.';
  }
  return false;
}

/** Text behind text is one part. */
function append(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  if (part.kind === 'text' && last?.kind === 'text')
    parts[parts.length - 1] = { kind: 'text', text: last.text + part.text };
  else parts.push(part);
}

const textPart = (text: string): Part => ({ kind: 'text', text });

function readLoop(reader: TokenReader, { counters, arrays }: Scope): Part {
  const where = 'behind // @unroll';
  reader.expect(where, 'for', '(', 'var');
  const counter = reader.word(where);
  reader.expect(where, '=', '0u', ';', counter, '<');
  const bound = expressionOf(reader.upTo(`the @unroll loop of ${counter}`, ';'));
  reader.expect(where, counter, '+', '+', ')', '{');
  const body: Part[] = [];
  if (!readBlock(reader, { counters: new Set([...counters, counter]), arrays }, body))
    throw new ShaderTextError('an @unroll loop has no closing brace');
  return { kind: 'loop', counter, bound, body };
}

function readDeclaration(reader: TokenReader, keyword: string, { counters, arrays }: Scope): Part {
  const array = keyword === 'var' ? reader.attempt(() => readRegisters(reader)) : undefined;
  const name = array?.name ?? (reader.peek()?.kind === 'word' ? (reader.peek()?.text ?? '') : '');
  if (counters.has(name))
    throw new ShaderTextError(`${name} counts an @unroll loop and is declared again within it`);
  if (array) arrays.add(name);
  else arrays.delete(name);
  return array ?? textPart(keyword);
}

/** `NAME: array<TYPE, LENGTH>; // @registers` */
function readRegisters(reader: TokenReader): Extract<Part, { kind: 'variables' }> | undefined {
  if (reader.peek()?.kind !== 'word') return undefined;
  const name = reader.word('behind var');
  if (!reader.passes(':', 'array', '<')) return undefined;
  const type = reader.word(`the array ${name}`);
  if (!reader.passes(',')) return undefined;
  const tokens = reader.upTo(`the array ${name}`, '>');
  return reader.passes(';') && reader.passesMark('@registers')
    ? { kind: 'variables', name, type, length: expressionOf(tokens) }
    : undefined;
}

function readName(reader: TokenReader, name: string, { counters, arrays }: Scope): Part {
  if (counters.has(name)) return { kind: 'counter', name };
  if (!arrays.has(name)) return textPart(name);
  if (!reader.passes('['))
    throw new ShaderTextError(`the @registers array ${name} has elements alone: it is used as a whole`);
  return { kind: 'element', name, index: expressionOf(reader.upTo(`an index of ${name}`, ']')) };
}

/** Reads in a shader's text what each entry point reaches: which functions it calls, and which bindings they use. */
import type { Access } from '../../src/gpu/kernel.ts';
import { tokensOf } from '../../src/wgsl/tokens.ts';

interface Variable {
  readonly binding: number;
  readonly access: Access;
}

export interface ReachedBinding extends Variable {
  /** Whether any reached function assigns to it. */
  readonly assigned: boolean;
}

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Place of the bracket that closes the one at `open`. */
function closingOf(tokens: readonly string[], open: number): number {
  const [opener = '', closer = ''] = [tokens[open], closing[tokens[open] ?? '']];
  for (let depth = 0, at = open; at < tokens.length; at++) {
    if (tokens[at] === opener) depth++;
    if (tokens[at] === closer && --depth === 0) return at;
  }
  throw new Error(`nothing closes ${opener}`);
}

/** `@group(0) @binding(3) var<storage, read> name`, by name. */
function variablesOf(tokens: readonly string[]): Map<string, Variable> {
  const found = new Map<string, Variable>();
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] !== 'var' || tokens[at + 1] !== '<') continue;
    const end = tokens.indexOf('>', at);
    const space = tokens.slice(at + 2, end).filter((token) => token !== ',');
    if (space[0] !== 'storage' && space[0] !== 'uniform') continue;
    const before = tokens.slice(at - 10, at).join(' ');
    const binding = /^@ group \( 0 \) @ binding \( (\d+) \)$/.exec(before)?.[1];
    const name = tokens[end + 1];
    if (binding === undefined || name === undefined)
      throw new Error(`${before} declares no binding of group 0`);
    const access = space[0] === 'uniform' ? 'uniform' : (space[1] ?? 'read');
    found.set(name, { binding: Number(binding), access: access as Access });
  }
  return found;
}

interface Body {
  readonly tokens: readonly string[];
  readonly isEntry: boolean;
}

/** Functions of the module by name; parameters belong to the body, where they hide variables of the module. */
function functionsOf(tokens: readonly string[]): Map<string, Body> {
  const found = new Map<string, Body>();
  let isEntry = false;
  for (let at = 0; at < tokens.length; at++) {
    if (tokens[at] === '@' && tokens[at + 1] === 'compute') isEntry = true;
    if (tokens[at] !== 'fn') continue;
    const open = tokens.indexOf('{', closingOf(tokens, at + 2));
    const end = closingOf(tokens, open);
    found.set(tokens[at + 1] ?? '', { tokens: tokens.slice(at + 2, end), isEntry });
    isEntry = false;
    at = end;
  }
  return found;
}

/** Names that a body declares itself: parameters and local values. */
const hiddenIn = (tokens: readonly string[]): Set<string> =>
  new Set(
    tokens.flatMap((token, at) => {
      const declares = ['let', 'var', 'const'].includes(tokens[at - 1] ?? '');
      return declares || (tokens[at + 1] === ':' && [',', '(', ')'].includes(tokens[at - 1] ?? ''))
        ? [token]
        : [];
    }),
  );

/** Whether the access that begins at a name ends in an assignment; every sign is a token, those of `+=` and `==` are two. */
function isAssigned(tokens: readonly string[], name: number): boolean {
  let at = name + 1;
  for (;;) {
    if (tokens[at] === '[') at = closingOf(tokens, at) + 1;
    else if (tokens[at] === '.') at += 2;
    else break;
  }
  return /^([+\-*/%&|^]?=(?!=)|\+\+|--)/.test(tokens.slice(at, at + 3).join(''));
}

/** The bindings that each entry point reaches, by entry point and name. */
export function reachedBindings(text: string): Map<string, Map<string, ReachedBinding>> {
  const tokens = tokensOf(text).flatMap(({ kind, text: token }) =>
    kind === 'space' || kind === 'comment' ? [] : [token],
  );
  const variables = variablesOf(tokens);
  const functions = functionsOf(tokens);
  const reached = (name: string, seen: Set<string>): Map<string, boolean> => {
    const used = new Map<string, boolean>();
    const body = functions.get(name);
    if (!body || seen.has(name)) return used;
    seen.add(name);
    const hidden = hiddenIn(body.tokens);
    for (const [at, token] of body.tokens.entries()) {
      if (hidden.has(token) || body.tokens[at - 1] === '.') continue;
      if (variables.has(token)) used.set(token, used.get(token) === true || isAssigned(body.tokens, at));
      if (functions.has(token))
        for (const [other, assigned] of reached(token, seen))
          used.set(other, used.get(other) === true || assigned);
    }
    return used;
  };
  const entries = [...functions].filter(([, { isEntry }]) => isEntry);
  return new Map(
    entries.map(([name]) => {
      const used = [...reached(name, new Set())].flatMap(([variable, assigned]) => {
        const declared = variables.get(variable);
        return declared ? [[variable, { ...declared, assigned }] as const] : [];
      });
      return [name, new Map(used)];
    }),
  );
}

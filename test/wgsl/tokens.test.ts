import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ShaderTextError } from '../../src/wgsl/shader-text-error.ts';
import { tokensOf } from '../../src/wgsl/tokens.ts';

const shaders = readdirSync('shaders', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.wgsl'),
);

describe('tokensOf', () => {
  it.each(shaders)('the tokens of %s are its text again', (name) => {
    const source = readFileSync(`shaders/${name}`, 'utf8');
    const tokens = tokensOf(source);
    expect(tokens.map(({ text }) => text).join('')).toBe(source);
    for (const { kind, text } of tokens) if (kind === 'word') expect(text).toMatch(/^[A-Za-z_]\w*$/);
  });

  it('tells words, numbers, comments and signs apart', () => {
    const kinds = tokensOf('x1 = 0x1Fu + 1.5e-3f*.5; // x').flatMap(({ kind, text }) =>
      kind === 'space' ? [] : [[kind, text]],
    );
    expect(kinds).toEqual([
      ['word', 'x1'],
      ['sign', '='],
      ['number', '0x1Fu'],
      ['sign', '+'],
      ['number', '1.5e-3f'],
      ['sign', '*'],
      ['number', '.5'],
      ['sign', ';'],
      ['comment', '// x'],
    ]);
  });

  it('names the line of a block comment, which shaders do not have', () => {
    expect(() => tokensOf('a\n/* b */')).toThrow(
      new ShaderTextError('line 2: shaders have comments of // alone'),
    );
  });
});

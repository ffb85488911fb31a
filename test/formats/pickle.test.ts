import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPickle } from '../../src/formats/pickle.ts';
import type { PickleHost, PickleValue } from '../../src/formats/pickle-value.ts';
import { WeightFileError } from '../../src/formats/weight-file-error.ts';
import { parsedOrRefused } from '../support/hostile-bytes.ts';
import { pickle, text, u32 } from '../support/pickle-bytes.ts';

/** Lends one class, `shop.Box`, and one constant, `shop.EMPTY`; ids become boxes too. */
const host: PickleHost<string> = {
  global: (name) => {
    if (name === 'shop.EMPTY') return { kind: 'object', made: 'empty' };
    if (name !== 'shop.Box') return undefined;
    const call = (args: readonly PickleValue<string>[]): PickleValue<string> => ({
      kind: 'object',
      made: `box of ${inspect(args[0])}`,
    });
    return { kind: 'function', name, call };
  },
  persistent: (id) => ({ kind: 'object', made: `kept ${inspect(id)}` }),
};
const read = (...parts: string[]) => readPickle(pickle(...parts), 0, host).value;
const tuple = (...items: unknown[]) => ({ kind: 'tuple', items });
const list = (...items: unknown[]) => ({ kind: 'list', items });
const dict = (...entries: [unknown, unknown][]) => ({ kind: 'dict', entries: new Map(entries) });

describe('reading data', () => {
  test.each<[what: string, parts: string[], value: unknown]>([
    ['None', ['N.'], null],
    ['booleans', ['\x88\x89\x86.'], tuple(true, false)],
    ['small integers', ['(K\xffM\xff\xffJ\xfe\xff\xff\xfft.'], tuple(255, 65535, -2)],
    ['floats', ['G\x3f\xe8\0\0\0\0\0\0.'], 0.75],
    ['a long that is small', ['\x8a\x02\xff\xff.'], -1],
    ['a long of no bytes', ['\x8a\0.'], 0],
    ['a long that is not', ['\x8a\x09\0\0\0\0\0\0\0\0\x01.'], 2n ** 64n],
    ['text', [`X${u32(3)}a\xc3\xa9.`], 'aé'],
    ['text of Python 2', [`U\x01aT${u32(1)}b\x86.`], tuple('a', 'b')],
    ['tuples', [')\x85N\x86NN\x87.'], tuple(tuple(tuple(tuple()), null), null, null)],
    ['lists', ['](K\x01K\x02eK\x03a.'], list(1, 2, 3)],
    ['dicts', ['}K\x01K\x02s(K\x03K\x04K\x01K\x05u.'], dict([1, 5], [3, 4])],
    ['the memo', ['K\x07q\x00j\0\0\0\0r\x00\x01\0\0h\0\x87.'], tuple(7, 7, 7)],
    ['an ordered dict of Python 3', ['ccollections\nOrderedDict\n)R(K\x01K\x02u}b.'], dict([1, 2])],
    ['one of Python 2', ['ccollections\nOrderedDict\n](](K\x01K\x02ee\x85R.'], dict([1, 2])],
    [
      'what the host lends',
      ['cshop\nBox\nK\x05\x85Rcshop\nEMPTY\n\x86.'],
      tuple({ kind: 'object', made: 'box of 5' }, { kind: 'object', made: 'empty' }),
    ],
    ['a call by keywords', ['cmy\nConfig\n)}\x92.'], { kind: 'opaque', name: 'my.Config' }],
    [
      'an object of a class that is not known, its state left out',
      ['cmy\nConfig\n)\x81}K\x01K\x02sb.'],
      { kind: 'opaque', name: 'my.Config' },
    ],
    ['a default dict', ['ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RK\x01K\x02s.'], dict([1, 2])],
    ['a counter', ['ccollections\nCounter\n}K\x01K\x02s\x85R.'], dict([1, 2])],
    ['a set of protocol 2', ['c__builtin__\nset\n](K\x01K\x02e\x85R.'], list(1, 2)],
    ['a set of protocol 4', ['\x8f(K\x01K\x02\x90.'], list(1, 2)],
    ['a frozen set', ['(K\x01K\x02\x91.'], list(1, 2)],
    ['settings', ['cargparse\nNamespace\n)R}K\x01K\x02sb.'], { kind: 'opaque', name: 'argparse.Namespace' }],
    ['bytes', ['C\x02ab.'], { kind: 'opaque', name: 'bytes' }],
    ['text of protocol 4, in a frame', ['\x80\x04\x95\x05\0\0\0\0\0\0\0\x8c\x02ab.'], 'ab'],
    ['the memo of protocol 4', ['\x8c\x01a\x94\x8c\x01b\x940h\0\x85.'], tuple('a')],
    ['what is kept elsewhere', ['K\x09Q.'], { kind: 'object', made: 'kept 9' }],
    ['a new object with flags', ['cshop\nBox\nK\x05\x85\x81NNN\x87b.'], { kind: 'object', made: 'box of 5' }],
  ])('%s', (_, parts, value) => {
    expect(read(...parts)).toEqual(value);
  });

  test('tells where the pickle ends', () => {
    const bytes = pickle('xx\x80\x02K\x05.rest');
    expect(readPickle(bytes, 2, host)).toEqual({ value: 5, end: 7 });
  });

  test('a value may contain itself', () => {
    const value = read(']q\0h\0a.') as { items: unknown[] };
    expect(value.items[0]).toBe(value);
  });
});

describe('refusing', () => {
  const bomb = 200_000;
  test.each<[what: string, parts: string[], message: RegExp]>([
    [
      'a global that is not lent',
      ['cos\nsystem\nX\x02\0\0\0ls\x85R.'],
      /Python object os\.system, .* nothing of it was executed/,
    ],
    ['to call a constant', ['cshop\nEMPTY\n)R.'], /calls something that is not a function/],
    ['to call with something other than a tuple', ['cshop\nBox\n]R.'], /calls something/],
    ['INST', ['(ios\nsystem\n.'], /instruction INST \(0x69\), .* nothing of it was executed/],
    ['OBJ', ['(N)o.'], /instruction OBJ/],
    ['a name that is no text', ['NN\x93.'], /other than two texts/],
    ['a call of a name from the stack', ['\x8c\x02os\x8c\x06system\x93)R.'], /Python object os\.system/],
    ['buffers outside', ['\x97.'], /instruction NEXT_BUFFER/],
    ['extension codes', ['\x82\x01.'], /instruction EXT1/],
    ['an unknown byte', ['\xfe.'], /instruction 0xfe/],
    ['other protocols', ['\x80\x06.'], /protocol 6/],
    ['a number of a billion digits', [`\x8b${u32(400_000_000)}.`], /number of 400000000 bytes/],
    ['nothing', [], /ends in the middle/],
    ['a pickle without its end', ['K'], /ends in the middle/],
    ['text that is not there', ['X\xff\xff\xff\xffa.'], /ends in the middle/],
    ['text that is not UTF-8', ['U\x01\xff.'], /not UTF-8/],
    ['a name without an end', ['cos'], /name without an end/],
    ['an empty stack', ['.'], /empty stack/],
    ['to reach below a mark', ['K\x01(\x85.'], /empty stack/],
    ['a group that never began', ['t.'], /never began/],
    ['a memo that was not kept', ['h\x05.'], /never kept/],
    ['to append to a tuple', [')Na.'], /other than a list/],
    ['to set items of a list', [']NNs.'], /other than a dict/],
    ['a key without a value', ['}(Nu.'], /without a value/],
    ['to set the state of a list', [']Nb.'], /state of an object/],
    ['a dict of something other than pairs', ['ccollections\nOrderedDict\n](]e\x85R.'], /other than pairs/],
    ['a dict of a number', ['ccollections\nOrderedDict\nK\x01\x85R.'], /other than pairs/],
    ['a million steps', ['N'.repeat(1_000_001)], /over 1,000,000 steps/],
    ['four million bytes', [text('a'.repeat(5_000_000)), '.'], /longer than 4,194,304 bytes/],
    [
      'one list made into dicts again and again',
      [
        'ccollections\nOrderedDict\nq\0](',
        '](NNeq\x01', // a pair
        'h\x01'.repeat(bomb),
        'e\x85q\x02', // the arguments: a list of 200,001 pairs
        'h\0h\x02R'.repeat(bomb),
        '.',
      ],
      /over 1,000,000 steps/,
    ],
  ])('%s', (_, parts, message) => {
    expect(() => read(...parts)).toThrow(WeightFileError);
    expect(() => read(...parts)).toThrow(message);
  });
});

describe('hostile bytes', () => {
  const valid =
    'N\x88\x89JKM\x8a\x8bGXTU\x8c\x8dCB\x8e\x96)\x85\x86\x87(t]lae}su\x8f\x90\x9101qrhj\x94cR\x81\x92\x93bQ\x80\x95.';
  const byte = fc.oneof(
    fc.constantFrom(...[...valid].map((character) => character.charCodeAt(0))),
    fc.nat(3),
    fc.nat(255),
  );
  const chunk = fc.oneof(
    fc.array(byte, { minLength: 1, maxLength: 4 }),
    fc
      .constantFrom(
        'cshop\nBox\n',
        'cshop\nEMPTY\n',
        'ccollections\nOrderedDict\n',
        'ccollections\ndeque\n',
        'cmy\nConfig\n',
      )
      .map((line) => [...pickle(line)]),
  );

  test('any program ends in a value or a WeightFileError', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 40 }), (chunks) => {
        parsedOrRefused(() => readPickle(Uint8Array.from(chunks.flat()), 0, host), WeightFileError);
      }),
      { numRuns: 20_000 },
    );
  });
});

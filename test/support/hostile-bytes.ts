import fc from 'fast-check';

/** A valid file with a few bytes overwritten, inserted or removed at random places. */
export function mutationsOf(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const edit = fc.record({
    at: fc.nat(Math.max(0, valid.length - 1)),
    remove: fc.nat(4),
    insert: fc.uint8Array({ maxLength: 8 }),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let bytes = [...valid];
    for (const { at, remove, insert } of edits) {
      bytes = [...bytes.slice(0, at), ...insert, ...bytes.slice(at + remove)];
    }
    return Uint8Array.from(bytes);
  });
}

/** Every proper prefix of a file. */
export function truncationsOf(valid: Uint8Array): Uint8Array[] {
  return Array.from({ length: valid.length }, (_, length) => valid.slice(0, length));
}

/** What the parser returned, or undefined when it refused with its own error; other errors pass through. */
export function parsedOrRefused<T>(
  parse: () => T,
  refusal: abstract new (...args: never[]) => Error,
): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (error instanceof refusal) return undefined;
    throw error;
  }
}

/** A valid file in which pieces of itself are repeated elsewhere, behind lengths that may be true, false or huge. */
export function splicesOf(valid: Uint8Array): fc.Arbitrary<Uint8Array> {
  const at = fc.nat(valid.length);
  const varint = fc.oneof(
    fc.nat(127).map((length) => [length]),
    fc.constantFrom(
      [0xff, 0xff, 0xff, 0xff, 0x07],
      [0xff, 0xff, 0xff, 0xff, 0x0f],
      Array<number>(10).fill(0xff),
    ),
  );
  const splice = fc.record({ at, from: at, to: at, prefix: fc.option(varint), replaces: fc.boolean() });
  return fc.array(splice, { minLength: 1, maxLength: 3 }).map((splices) => {
    let bytes = [...valid];
    for (const { at, from, to, prefix, replaces } of splices) {
      const piece = [...(prefix ?? []), ...valid.slice(Math.min(from, to), Math.max(from, to))];
      bytes = [...bytes.slice(0, at), ...piece, ...bytes.slice(replaces ? at + piece.length : at)];
    }
    return Uint8Array.from(bytes);
  });
}

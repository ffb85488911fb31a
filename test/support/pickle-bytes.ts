/** The bytes of a pickle: characters stand for the bytes of their codes, so that opcodes read as Python's. */
export function pickle(...parts: readonly string[]): Uint8Array {
  return Uint8Array.from(parts.join(''), (character) => character.charCodeAt(0));
}

/** Four characters for a little-endian number. */
export function u32(value: number): string {
  return [0, 8, 16, 24].map((shift) => String.fromCharCode((value >>> shift) & 0xff)).join('');
}

/** The instruction for a text. */
export function text(value: string): string {
  return `X${u32(value.length)}${value}`;
}

/** The instruction for a number below 2^31. */
export function int(value: number): string {
  return `J${u32(value)}`;
}

/** Floats as text, for JSON: base64 of their little-endian bytes, exact to the last bit. */

export function encodeFloats(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(4 * values.length));
  for (const [index, value] of values.entries()) bytes.setFloat32(4 * index, value, true);
  let text = '';
  for (const byte of new Uint8Array(bytes.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

/** @throws RangeError when the text is no base64 of whole floats */
export function decodeFloats(text: string): Float32Array<ArrayBuffer> {
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw new RangeError('genes that are no base64');
  }
  if (binary.length % 4 !== 0)
    throw new RangeError(`genes of ${String(binary.length)} bytes, which are no whole floats`);
  const bytes = new DataView(Uint8Array.from(binary, (character) => character.charCodeAt(0)).buffer);
  return Float32Array.from({ length: binary.length / 4 }, (_, index) => bytes.getFloat32(4 * index, true));
}

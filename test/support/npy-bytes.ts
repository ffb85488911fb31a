/** Arrays in NumPy's format. */

/** `numpy.arange(12).reshape(3, 2, 2) / 4 - 1` as NumPy 2.4.6 writes it (numpy.lib.format.write_array), in base64. */
export const numpysOwn: Readonly<Record<string, string>> = {
  float32:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AABAvwAAAL8AAIC+AAAAAAAAgD4AAAA/AABAPwAAgD8AAKA/AADAPwAA4D8=',
  float64:
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAAAAADwvwAAAAAAAOi/AAAAAAAA4L8AAAAAAADQvwAAAAAAAAAAAAAAAAAA0D8AAAAAAADgPwAAAAAAAOg/AAAAAAAA8D8AAAAAAAD0PwAAAAAAAPg/AAAAAAAA/D8=',
  'big-endian float32':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq/gAAAv0AAAL8AAAC+gAAAAAAAAD6AAAA/AAAAP0AAAD+AAAA/oAAAP8AAAD/gAAA=',
  'big-endian float64':
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsIDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAq/8AAAAAAAAL/oAAAAAAAAv+AAAAAAAAC/0AAAAAAAAAAAAAAAAAAAP9AAAAAAAAA/4AAAAAAAAD/oAAAAAAAAP/AAAAAAAAA/9AAAAAAAAD/4AAAAAAAAP/wAAAAAAAA=',
  "Fortran's order":
    'k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMywgMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AAAAAAAAgD8AAAC/AAAAPwAAwD8AAEC/AACAPgAAoD8AAIC+AABAPwAA4D8=',
  'version 2':
    'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywgMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AABAvwAAAL8AAIC+AAAAAAAAgD4AAAA/AABAPwAAgD8AAKA/AADAPwAA4D8=',
  'version 3':
    'k05VTVBZAwB0AAAAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMywgMiwgMiksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIC/AABAvwAAAL8AAIC+AAAAAAAAgD4AAAA/AABAPwAAgD8AAKA/AADAPwAA4D8=',
};

/** Version 1, whose header is given as Python writes it. */
export function npyBytes(header: string, values: Uint8Array | Float32Array = new Uint8Array()): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length = [text.length & 255, text.length >> 8];
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return Uint8Array.from([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, ...length, ...text, ...data]);
}

/** An array of float32 of a shape. */
export const npyOf = (shape: readonly number[], values: Float32Array): Uint8Array =>
  npyBytes(
    `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.map((size) => `${String(size)},`).join('')}), }\n`,
    values,
  );

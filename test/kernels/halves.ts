/** Floats as the halves that kernels read, the lower one of a word first. */
import { floatToHalf } from '../../src/formats/half.ts';

export function packHalves(values: Float32Array): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(values, floatToHalf);
}

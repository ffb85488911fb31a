/** Records that tell whether they are what was written: a checksum of their content stands in them as a field. */
import { crc32 } from './crc32.ts';

/** @param record holds what JSON can say, in the order in which it is to stand in the file */
export const withChecksum = <T extends object>(record: T): T & { readonly checksum: string } => ({
  ...record,
  checksum: checksumOf(record),
});

/**
 * Of a value out of JSON; how it was laid out does not matter.
 * @returns `absent` for what has none, as records of earlier versions
 */
export function checksumState(value: unknown): 'holds' | 'damaged' | 'absent' {
  if (typeof value !== 'object' || value === null || !('checksum' in value)) return 'absent';
  const { checksum, ...record } = value;
  return checksum === checksumOf(record) ? 'holds' : 'damaged';
}

const checksumOf = (record: object): string =>
  crc32(new TextEncoder().encode(JSON.stringify(record)))
    .toString(16)
    .padStart(8, '0');

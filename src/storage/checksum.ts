/**
 * Records that tell whether they are what was written: a checksum of their content stands in them as a field. Those of a run
 * that has a mark are summed with it, so that another run's do not pass for them.
 */
import { crc32 } from './crc32.ts';

/** @param record holds what JSON can say, in the order in which it is to stand in the file */
export const withChecksum = <T extends object>(record: T): T & { readonly checksum: string } =>
  withChecksumIn(undefined)(record);

/** As `withChecksum`, for the records of a run. */
export const withChecksumIn =
  (mark: string | undefined) =>
  <T extends object>(record: T): T & { readonly checksum: string } => ({
    ...record,
    checksum: checksumOf(record, mark),
  });

/** The mark of what has this description; the order of its keys does not matter. */
export function markOf(description: object): string {
  const sorted = (_: string, value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value;
  return sumOf(JSON.stringify(description, sorted));
}

/**
 * Of a value out of JSON; how it was laid out does not matter.
 * @param mark of the run whose record it is to be
 * @returns `absent` for what has none, as records of earlier versions, whose runs have no mark
 */
export function checksumState(value: unknown, mark?: string): 'holds' | 'damaged' | 'absent' {
  if (typeof value !== 'object' || value === null || !('checksum' in value))
    return mark === undefined ? 'absent' : 'damaged';
  const { checksum, ...record } = value;
  return checksum === checksumOf(record, mark) ? 'holds' : 'damaged';
}

const checksumOf = (record: object, mark = ''): string => sumOf(mark + JSON.stringify(record));

const sumOf = (text: string): string => crc32(new TextEncoder().encode(text)).toString(16).padStart(8, '0');

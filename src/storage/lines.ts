/** Files of a JSON value per line. */
import type { z } from 'zod';
import { checksumState } from './checksum.ts';

/** Undefined for a line that is damaged. */
export function parseLine<Line>(text: string, schema: z.ZodType<Line>): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return checksumState(value) === 'damaged' ? undefined : schema.safeParse(value).data;
  } catch {
    return undefined;
  }
}

/** Files of a JSON value per line. */
import type { z } from 'zod';
import { checksumState } from './checksum.ts';

/** Undefined for a line that is damaged, or of a run with another mark. */
export function parseLine<Line>(text: string, schema: z.ZodType<Line>, mark?: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return checksumState(value, mark) === 'damaged' ? undefined : schema.safeParse(value).data;
  } catch {
    return undefined;
  }
}

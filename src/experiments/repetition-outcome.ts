/** What the removal of repeated elements found, as its step keeps it. */
import { z } from 'zod';

const takenApart = z.object({
  class: z.int(),
  label: z.string(),
  /** Pixels. */
  across: z.int(),
  down: z.int(),
  /** Correlation with itself, moved by the period. */
  likeness: z.number(),
  /** Of the class, with 0, 1, 2 … elements removed. */
  confidences: z.array(z.number()).min(3),
  /** Of the class among all, from 0. */
  ranks: z.array(z.int()),
});
export type TakenApart = z.infer<typeof takenApart>;

export const removals = z.object({
  /** Those that were looked at. */
  pictures: z.int(),
  repeating: z.array(takenApart),
});
export type Removals = z.infer<typeof removals>;

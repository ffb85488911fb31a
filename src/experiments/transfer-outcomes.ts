/** What the steps of the transfer experiment leave for its conclusion. */
import { z } from 'zod';

/** An elite on both networks, among the classes that both know. */
export const judged = z.object({
  /** Its cell's number on the network that it was evolved on. */
  class: z.int(),
  /** As network A calls that class. */
  label: z.string(),
  /** Confidence in that class, of the network that it was evolved on, and of the other. */
  own: z.number(),
  other: z.number(),
  /** The likeliest of the shared classes. */
  ownTop: z.string(),
  otherTop: z.string(),
});

export const judgedRun = z.object({
  /** Of all elites; those of classes that the other network lacks are left out. */
  images: z.array(judged),
  cells: z.int(),
  shared: z.array(z.string()),
  /** Whether pictures had to be scaled for the other network. */
  fitted: z.boolean(),
});

export type JudgedImage = z.infer<typeof judged>;

export type JudgedRun = z.infer<typeof judgedRun>;

/** Right answers; null where the networks are not for digits. */
export const digitsOutcome = z
  .object({ images: z.int(), a: z.int(), b: z.int(), both: z.int(), alike: z.int() })
  .nullable();

export type DigitsOutcome = z.infer<typeof digitsOutcome>;

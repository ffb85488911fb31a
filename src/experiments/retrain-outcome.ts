/** What a round of retraining leaves for the conclusion. */
import { z } from 'zod';
import { trainedNetwork } from './training-step.ts';

export const networkOutcome = trainedNetwork.extend({
  /** Test images, and how many of them it names right. */
  digits: z.int(),
  correct: z.int(),
  /** Fooling images that it was trained on, each counted once, and how many it gives their class. */
  fooling: z.int(),
  recognised: z.int(),
});

export type NetworkOutcome = z.infer<typeof networkOutcome>;

/** Why nothing can be said of a row, and what to do about it. */

export const ambiguities = {
  disturbed: [
    'something else ran while a side was measured, and slowed the machine by more than a tenth',
    'measure that side again when nothing else runs',
  ],
  'slower machine': [
    'throughout one of the two runs the machine was slower by more than a tenth than in the other',
    'measure both again, one right after the other',
  ],
  slowdown: [
    'the machine was slower meanwhile by as much as the row differs',
    'measure again when nothing else runs',
  ],
  'single run': [
    'a side has a single run, whose spread nobody knows',
    'measure kernels and networks longer (--time, --visits); of whole runs compare several seeds',
  ],
  'coarse clock': ['the clock of a side shows no time at all', 'measure a larger shape or batch'],
  visits: [
    'the visits of one run differ among themselves by as much',
    'measure both again with more --visits',
  ],
  scatter: [
    'the times scatter by more than they differ',
    'take more samples on both sides: --time 5 for kernels, --visits 6 for networks',
  ],
  'many rows': [
    'the row alone would be significant, but among so many one such is to be expected by luck',
    'measure and compare only the rows in question (--family, --shape, --network), or take more samples',
  ],
  'near threshold': [
    'the change is about as large as --threshold, or a little less than surely within it',
    'take more samples, or choose another --threshold',
  ],
  spread: [
    'a side has too few times for a test, and the spreads overlap',
    'measure again, longer (--time, --visits)',
  ],
} as const satisfies Record<string, readonly [why: string, remedy: string]>;

export type Ambiguity = keyof typeof ambiguities;

/** Purposes of random streams, so that no two of them share numbers. */
export const streams = {
  parents: 1,
  genomes: 2,
  trials: 3,
  ascentStart: 4,
  ascentViews: 5,
  ascentGenomes: 6,
} as const;

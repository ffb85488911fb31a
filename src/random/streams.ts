/** Purposes of random streams, the only source of their numbers, so that no two of them draw the same. */
export const streams = {
  parents: 1,
  genomes: 2,
  trials: 3,
  ascentStart: 4,
  ascentViews: 5,
  ascentGenomes: 6,
  trainingOrder: 7,
  initialWeights: 8,
  dropout: 9,
  bootstrap: 10,
  randomSearch: 11,
  randomViews: 21,
  defenceDraws: 22,
  viewNoise: 23,
} as const;

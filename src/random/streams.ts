/** Purposes of the random streams of an evolution or an ascent, so that no two of them share numbers. */
export const streams = { parents: 1, genomes: 2, trials: 3 } as const;

/** Purposes of an evolution's random streams, so that no two of them share numbers. */
export const streams = { parents: 1, genomes: 2 } as const;

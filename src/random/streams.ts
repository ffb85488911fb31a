/** Purposes of random streams, so that no two of them share numbers. */
export const streams = { parents: 1, genomes: 2, ascentStart: 3, ascentViews: 4, ascentGenomes: 5 } as const;

/**
 * What a bench measures. Whole runs come last: they are processes with devices of their own, for which ours is closed.
 */
export const sections = ['kernels', 'networks', 'peers', 'evolution'] as const;
export type BenchSection = (typeof sections)[number];

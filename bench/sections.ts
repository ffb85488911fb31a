/**
 * What a bench measures. Whole runs come last: they are processes that open devices themselves, for which this one is closed.
 */
export const sections = ['kernels', 'networks', 'peers', 'evolution'] as const;
export type BenchSection = (typeof sections)[number];

/** Made-up results for tests of what is made of them. */
import type { ResultsOrigin } from '../../bench/report/results-file.ts';

export const origin: ResultsOrigin = {
  machine: { cpu: 'Abacus', cores: 2, memoryBytes: 1e9, platform: 'linux', arch: 'x64' },
  adapter: { name: 'beads', kind: 'gpu', vendor: 'wood', description: 'Beads 1.0 <driver>' },
  versions: { 'easily-fooled': '0.1.0', node: 'v20' },
  commit: '0123456789abcdef0123456789abcdef01234567',
  date: '2026-01-02T03:04:05.000Z',
};

/** Nearest-rank figures of times, as the bench gives them. */
export function timingOf(times: readonly number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  return { adapter: 'beads', medianMs: at(0.5), p10Ms: at(0.1), p90Ms: at(0.9), samples: times.length };
}

/** Times around a centre, spread evenly over ± the given share. */
export function around(centre: number, spread: number, count = 20): number[] {
  return Array.from({ length: count }, (_, i) => centre * (1 + spread * ((2 * i) / (count - 1) - 1)));
}

export function kernelRow(shape: string, variant: string, times: readonly number[], withTimes = true) {
  return {
    name: 'conv2d',
    variant,
    shape,
    ...timingOf(times),
    ...(withTimes && { times: [...times] }),
    gflops: 10,
    gbps: 1,
  };
}

export function networkRow(work: string, batch: number, times: readonly number[]) {
  const timing = timingOf(times);
  return { work, batch, ...timing, times: [...times], imagesPerSecond: (1000 * batch) / timing.medianMs };
}

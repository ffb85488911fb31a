/** A kernel above a roof of its adapter: then the roof was measured wrong, or the kernel does less than it is counted to. */
import { formatShare } from '../report/format-figures.ts';
import type { Peaks } from './peaks.ts';

/**
 * Roofs and kernels are medians that are known to some 2 %, on machines that come and go by a few: a twentieth above is noise.
 * What was found before this was looked at was above by three times.
 */
const noise = 1.05;
/**
 * A cache of a CPU reads a line before it is written, so that a copy moves three bytes where two are counted; a kernel that only
 * reads has the third for itself.
 */
const readingAlone = 1.5;

/**
 * Why the share of the roof of a kernel may be above 100 %: its operands lie in caches; it reads more than it writes; it counts as a
 * convolution that it computes with fewer multiplications. Else it is doubtful whether the roof was measured on a quiet machine.
 */
export type AboveRoof = 'caches' | 'reading' | 'squares' | 'doubtful';

export interface CheckedKernel {
  readonly gflops: number;
  readonly gbps: number;
  /** Of its operands, each counted once. */
  readonly bytes: number;
  /** Whether it counts as a convolution that it computes with fewer multiplications. */
  readonly standsForMore: boolean;
}

/** Undefined for a kernel below its roof. */
export function whyAboveRoof(
  ofPeak: number,
  { gflops, gbps, bytes, standsForMore }: CheckedKernel,
  peaks: Pick<Peaks, 'gflops' | 'gbps' | 'copiedBytes'>,
): AboveRoof | undefined {
  if (ofPeak <= 1) return undefined;
  if (gflops > peaks.gflops) return standsForMore ? 'squares' : 'doubtful';
  if (bytes < peaks.copiedBytes) return 'caches';
  return gbps > peaks.gbps * readingAlone ? 'doubtful' : 'reading';
}

/**
 * In words, by how much a kernel is above a roof; undefined where it is not. Operands that caches may hold are no matter for the
 * roof of memory.
 */
export function aboveRoof(
  { gflops, gbps, bytes, standsForMore }: CheckedKernel,
  peaks: Pick<Peaks, 'gflops' | 'gbps' | 'copiedBytes'>,
): string | undefined {
  const said = (share: number, what: string) =>
    `${formatShare(share)} of the roof of ${what}: either the roof was measured while the machine was disturbed (--measure-roofs measures it again) or the kernel does less than it should`;
  const ofArithmetic = gflops / peaks.gflops;
  if (!standsForMore && ofArithmetic > noise) return said(ofArithmetic, 'arithmetic');
  const ofMemory = gbps / peaks.gbps;
  if (bytes >= peaks.copiedBytes && ofMemory > noise * readingAlone) return said(ofMemory, 'memory');
  return undefined;
}

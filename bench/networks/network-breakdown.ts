/** The row of a network with its breakdown. */
import type { Gpu } from '../../src/gpu/device.ts';
import type { Network } from '../../src/network/network.ts';
import { breakDown, type Breakdown } from './breakdown.ts';
import type { Timeline } from '../sampling/trace.ts';

/**
 * Adds the breakdown of the network's passes to a row; without a clock on the adapter the row stays as it is.
 * @param record gets what a trace shows
 */
export async function withBreakdown<Row extends { readonly work: string; readonly batch: number }>(
  gpu: Gpu,
  row: Row,
  { forward, backward }: Pick<Network, 'forward' | 'backward'>,
  record: (timeline: Timeline) => void,
): Promise<Row & Partial<Breakdown>> {
  const passes = [
    { name: 'forward', program: forward },
    { name: 'backward', program: backward },
  ].filter(({ program }) => program.dispatches.length > 0);
  const measured = await breakDown(gpu, passes);
  if (!measured) return row;
  const { timeline, ...breakdown } = measured;
  record({ work: `${row.work}, batch ${String(row.batch)}`, dispatches: timeline });
  return { ...row, ...breakdown };
}

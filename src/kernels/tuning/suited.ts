/** Which variants are worth measuring on a kind of adapter. */
import type { AdapterKind } from '../../gpu/device.ts';
import type { TuningTask } from '../../gpu/tuning.ts';
import { tunedFamilies } from '../index.ts';

/**
 * On a GPU, the task without the tiles that were made for CPU drivers: compiling their unrolled text takes a GPU's driver seconds. The
 * CPU drivers try each other's tiles, since they differ so much.
 */
export function suited(task: TuningTask, kind: AdapterKind): TuningTask {
  if (kind !== 'gpu') return task;
  const launches = task.launches.filter(({ kernel: { family }, choice }, index) => {
    const variant = tunedFamilies[family]?.variants.find(({ name }) => name === choice?.variant);
    return index === 0 || variant?.suits.includes(kind) === true;
  });
  return { ...task, launches };
}

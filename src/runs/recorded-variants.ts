/**
 * A resumed run keeps the kernels that it was started with, also where others were tuned in the meantime: other variants sum in
 * another order, and round otherwise.
 */
import { CheckpointError } from './evolution/checkpoint.ts';
import type { RunRecord } from './evolution/records.ts';
import type { Gpu } from '../gpu/device.ts';
import { firstOf, type Choices } from '../gpu/tuning.ts';
import { bundledChoices } from '../kernels/tuning/bundled-choices.ts';

type Recorded = Pick<RunRecord, 'variants' | 'choices'>;

/** The choices of a run's record; the bundled ones where there is no record of them. */
export function recordedChoices(record: Recorded | undefined, { adapter }: Gpu): Choices {
  return firstOf(record?.choices ?? {}, bundledChoices(adapter.kind));
}

/** @throws CheckpointError naming the first kernel that is another than in the record */
export function checkVariants(record: Recorded | undefined, run: Recorded): void {
  for (const [label, variant] of Object.entries(record?.variants ?? {})) {
    const here = run.variants[label];
    if (here === variant) continue;
    throw new CheckpointError(
      `run.json has ${variant} for ${label}, here it is ${here ?? 'none'}: the run would not go on as it began; resume it with the version and driver that it was started with, or start a new run`,
    );
  }
}

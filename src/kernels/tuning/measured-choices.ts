/** Choices that grow: what a network on this device has to choose is measured before it is made. */
import type { Gpu } from '../../gpu/device.ts';
import type { ChoiceTable, TuningTask, Tuning } from '../../gpu/tuning.ts';
import { bundledChoices } from './bundled-choices.ts';
import { suited } from './suited.ts';
import { tune, type TunerHooks, type TuningResult } from './tuner.ts';

/**
 * @param hooks where they have a `budget`, it is that of each network, and variants that were not made for this kind of adapter are
 *   left out
 * @param onTuned takes what was decided, after each network that had something to decide
 * @param known what was measured before: it is not measured again
 */
export function tuneOnDemand(
  gpu: Gpu,
  hooks: TunerHooks,
  onTuned: (results: readonly TuningResult[]) => Promise<void>,
  known: ChoiceTable = {},
): Tuning {
  const tuned = new Map(Object.entries(known));
  const shipped = bundledChoices(gpu.adapter.kind);
  return {
    variantFor: (shape) => tuned.get(shape) ?? shipped.variantFor(shape),
    async prepare(tasks: readonly TuningTask[]) {
      const open = tasks.filter((task) => !names(task, tuned.get(task.shape)));
      if (open.length === 0) return;
      const short = hooks.budget !== undefined;
      const measurable = short ? open.map((task) => suited(task, gpu.adapter.kind)) : open;
      const results = await tune(gpu, measurable, hooks);
      for (const { shape, variant } of results) tuned.set(shape, variant);
      await onTuned(results);
    },
  };
}

/** Whether a variant of the task has that name. */
const names = ({ launches }: TuningTask, variant: string | undefined): boolean =>
  launches.some(({ choice }) => choice !== undefined && choice.variant === variant);

/** The variant of every shape that was decided. */
export function tableOf(results: readonly TuningResult[]): ChoiceTable {
  return Object.fromEntries(results.map(({ shape, variant }) => [shape, variant]));
}

/** Choices that grow: what a network on this device has to choose is measured before it is made. */
import type { Gpu } from '../../gpu/device.ts';
import type { ChoiceTable, TuningTask, Tuning } from '../../gpu/tuning.ts';
import { bundledChoices } from './bundled-choices.ts';
import { tune, type TunerHooks, type TuningResult } from './tuner.ts';

/**
 * @param onTuned takes what was decided, after each network that had something to decide
 */
export function tuneOnDemand(
  gpu: Gpu,
  hooks: TunerHooks,
  onTuned: (results: readonly TuningResult[]) => Promise<void>,
): Tuning {
  const tuned = new Map<string, string>();
  const shipped = bundledChoices(gpu.adapter.kind);
  return {
    variantFor: (shape) => tuned.get(shape) ?? shipped.variantFor(shape),
    async prepare(tasks: readonly TuningTask[]) {
      const open = tasks.filter(({ shape }) => !tuned.has(shape));
      if (open.length === 0) return;
      const results = await tune(gpu, open, hooks);
      for (const { shape, variant } of results) tuned.set(shape, variant);
      await onTuned(results);
    },
  };
}

/** The variant of every shape that was decided. */
export function tableOf(results: readonly TuningResult[]): ChoiceTable {
  return Object.fromEntries(results.map(({ shape, variant }) => [shape, variant]));
}

/** Choices that grow: whatever a network on this device has to choose is measured before it is made. */
import type { Gpu } from '../../gpu/device.ts';
import type { ChoiceTable, Contest, Tuning } from '../../gpu/tuning.ts';
import { shippedChoices } from './bundled-choices.ts';
import { tune, type TunerHooks, type Verdict } from './tuner.ts';

/**
 * @param onTuned takes what was decided, after each network that had something to decide
 */
export function tuneOnDemand(
  gpu: Gpu,
  hooks: TunerHooks,
  onTuned: (verdicts: readonly Verdict[]) => Promise<void>,
): Tuning {
  const tuned = new Map<string, string>();
  const shipped = shippedChoices(gpu.adapter.kind);
  return {
    variantFor: (shape) => tuned.get(shape) ?? shipped.variantFor(shape),
    async prepare(contests: readonly Contest[]) {
      const open = contests.filter(({ shape }) => !tuned.has(shape));
      if (open.length === 0) return;
      const verdicts = await tune(gpu, open, hooks);
      for (const { shape, variant } of verdicts) tuned.set(shape, variant);
      await onTuned(verdicts);
    },
  };
}

/** The variant of every shape that was decided. */
export function tableOf(verdicts: readonly Verdict[]): ChoiceTable {
  return Object.fromEntries(verdicts.map(({ shape, variant }) => [shape, variant]));
}

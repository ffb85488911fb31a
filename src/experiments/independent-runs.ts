/** Evolutions as the settings of an experiment ask for them: one, or several that differ in their seeds alone. */
import type { RunSettings } from '../runs/evolution/records.ts';
import { evolutionStep, type EvolutionOutcome } from './evolution-step.ts';
import type { ExperimentStep } from './experiment.ts';

/** What experiments let people set of an evolution. */
export interface EvolutionValues extends Pick<
  RunSettings,
  'model' | 'encoding' | 'generations' | 'population' | 'seed'
> {
  /** Views of an image that are averaged; 1 where there is no such setting. */
  readonly crops?: '1' | '10';
  /** Null: all. */
  readonly classes: readonly number[] | null;
}

export const runSettings = ({ crops, classes, ...values }: EvolutionValues): RunSettings => {
  const { model, encoding, generations, population, seed } = values;
  return {
    ...{ model, encoding, generations, population, seed },
    crops: crops === '10' ? 10 : 1,
    coordinates: 'pixels',
    ...(classes && { classes }),
  };
};

/** The seed is the first run's; the others follow. */
export const independentRuns = (
  values: EvolutionValues & { readonly runs: number },
): ExperimentStep<EvolutionOutcome>[] =>
  Array.from({ length: values.runs }, (_, index) =>
    evolutionStep({
      id: `run-${String(index + 1).padStart(2, '0')}`,
      title: `run ${String(index + 1)} of ${String(values.runs)}`,
      settings: runSettings({ ...values, seed: values.seed + index }),
    }),
  );

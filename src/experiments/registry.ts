/** All experiments, in the order of the paper. */
import { nearestName } from '../nearest-name.ts';
import { encodingExperiments } from './encodings.ts';
import type { Experiment } from './experiment.ts';
import { retrainImagenet } from './retrain-imagenet.ts';

export const experiments: readonly Experiment[] = [...encodingExperiments, retrainImagenet];

/** A name that no experiment has. */
export class UnknownExperimentError extends Error {
  override readonly name = 'UnknownExperimentError';
}

/** @throws UnknownExperimentError naming the nearest, and all */
export function experimentNamed(name: string): Experiment {
  const found = experiments.find((each) => each.name === name);
  if (found) return found;
  const names = experiments.map((each) => each.name);
  const near = nearestName(name, names);
  throw new UnknownExperimentError(
    `there is no experiment "${name}"${near === undefined ? '' : `; did you mean ${near}?`} (there are ${names.join(', ')})`,
  );
}

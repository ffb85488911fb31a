/** All experiments, in the order of the paper. */
import { nearestName } from '../util/nearest-name.ts';
import { compareSearch } from './compare-search.ts';
import { defences } from './defences.ts';
import { encodingExperiments } from './encodings.ts';
import type { Experiment } from './experiment.ts';
import { generality } from './generality.ts';
import { goalSwitchingExperiment } from './goal-switching.ts';
import { gradientAscent } from './gradient-ascent.ts';
import { repetition } from './repetition.ts';
import { retrainImagenet } from './retrain-imagenet.ts';
import { retrainMnist } from './retrain-mnist.ts';
import { transfer } from './transfer.ts';

export const experiments: readonly Experiment[] = [
  ...encodingExperiments,
  gradientAscent,
  transfer,
  retrainMnist,
  retrainImagenet,
  repetition,
  generality,
  goalSwitchingExperiment,
  defences,
  compareSearch,
];

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

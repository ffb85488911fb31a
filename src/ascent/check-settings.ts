/** Whether the settings of an ascent make sense together, before anything is computed. */
import type { Model } from '../model/model.ts';
import { sentence, setting, type Sentence } from '../util/sentence.ts';
import { checkObjective } from './objective/check-objective.ts';
import {
  flatten,
  hyperparameterNames,
  hyperparameters,
  isWithin,
  takesMomentum,
  usedBy,
  type Hyperparameter,
} from './optimiser/hyperparameters.ts';
import type { Objective } from './objective/objective.ts';
import { AscentSettingsError } from './settings-error.ts';
import { noiseOf, startsFromPictures, type AscentSettings, type Climb } from './settings.ts';

/** Numbers of the progress rule are called by it, too. */
const nameIn = (name: Hyperparameter): Sentence =>
  usedBy(name).join() === 'progress'
    ? sentence`${name} of ${setting('stepRule')} progress`
    : sentence`${setting(name)}`;

/** What settings are compared with. */
export type SettingsModel = Pick<Model, 'architecture' | 'labels' | 'preprocessing'>;

/** @throws AscentSettingsError, or ObjectiveError for an objective that the model does not have */
export function checkSettings(settings: AscentSettings, model: SettingsModel): void {
  const { objectives, trials } = settings;
  checkCounts(settings);
  for (const objective of objectives) checkObjective(objective, model);
  checkStart(settings);
  checkParametrisation(settings);
  checkBall(settings);
  checkTransformation(settings, model);
  checkUntil(settings);
  for (const { name, climb } of trials) {
    try {
      checkClimb(climb);
      checkRegularisers(climb, settings, model);
      for (const objective of objectives) checkProgress(climb, objective);
    } catch (error) {
      if (trials.length === 1 || !(error instanceof AscentSettingsError)) throw error;
      throw new AscentSettingsError(sentence`${name}: ${error.sentence}`);
    }
  }
}

/** @throws AscentSettingsError for a number out of range, or a momentum where the step rule has none */
export function checkClimb(climb: Climb): void {
  const flat = flatten(climb);
  for (const name of hyperparameterNames) {
    const value = flat[name];
    const limits = hyperparameters[name];
    demand(
      value === undefined || isWithin(limits, value),
      sentence`${nameIn(name)} is ${String(value)}, expected ${limits.expected}`,
    );
  }
  demand(
    climb.blur?.radius !== 0,
    sentence`${setting('blurRadius')} is 0 yet there is a blur: leave the blur out`,
  );
  const { momentum, step } = climb;
  demand(
    momentum === 0 || takesMomentum(step.rule),
    sentence`${setting('stepRule')} ${step.rule} with ${setting('momentum')} ${momentum}: a movement goes on with the step rules constant and normalised only; leave ${setting('momentum')} out, or choose one of these`,
  );
}

function checkCounts({ objectives, trials, steps, batch, seed }: AscentSettings): void {
  demand(
    objectives.length > 0,
    sentence`there is nothing to climb: name a ${setting('class')} or a ${setting('unit')}`,
  );
  demand(trials.length > 0, 'there is no trial: give at least one climb');
  demand(isWhole(steps, 1), sentence`${setting('steps')} is ${steps}, expected a whole number from 1`);
  demand(isWhole(seed, 0), sentence`${setting('seed')} is ${seed}, expected a whole number from 0`);
  demand(
    isWhole(batch, 4) && batch % 4 === 0,
    sentence`${setting('batch')} is ${batch}, expected 4, 8, 12 and so on: four images share a vector`,
  );
}

function checkStart({ start }: AscentSettings): void {
  const noise = noiseOf(start);
  demand(isSize(noise), sentence`${setting('noise')} is ${noise}, expected a number of bytes from 0`);
}

/** Waves and CPPNs are drawn anew from their numbers, so pixels of a given picture would be lost. */
function checkParametrisation({ parametrisation, start, ball, objectives }: AscentSettings): void {
  if (parametrisation.kind === 'pixel' || parametrisation.kind === 'own') return;
  const param = sentence`${setting('parametrisation')} ${parametrisation.kind}`;
  demand(
    !startsFromPictures(start),
    sentence`${param} cannot start from a picture: choose ${setting('parametrisation')} pixel, or another ${setting('start')}`,
  );
  demand(
    !ball,
    sentence`${param} with ${setting('ball')}: the picture cannot be kept in a ball; choose ${setting('parametrisation')} pixel`,
  );
  if (parametrisation.kind === 'fourier') return;
  const { mutations, genomes } = parametrisation;
  demand(
    isWhole(mutations, 0),
    sentence`${param} with ${mutations} mutations: expected a whole number from 0`,
  );
  demand(
    genomes?.length === undefined || genomes.length === objectives.length,
    sentence`${param} has ${String(genomes?.length)} genomes for ${objectives.length} objectives: expected one for each`,
  );
}

function checkBall({ ball, start }: AscentSettings): void {
  if (!ball) return;
  const { norm, radius } = ball;
  demand(
    isSize(radius) && radius >= 1,
    sentence`${setting('radius')} of ${setting('ball')} ${norm} is ${radius}, expected a number of bytes from 1: a byte changes by no less; a radius for values from 0 to 1 is 255 times as large in bytes`,
  );
  demand(
    startsFromPictures(start),
    sentence`${setting('ball')} ${norm} without a picture to be its centre: give one with ${setting('start')}, or leave ${setting('ball')} out`,
  );
}

function checkTransformation({ transformation }: AscentSettings, model: SettingsModel): void {
  if (!transformation) return;
  const { jitter, rotate, scale } = transformation;
  const half = shorterSide(model) / 2;
  demand(
    jitter >= 0 && jitter < half,
    sentence`${setting('jitter')} is ${jitter}, expected a number of pixels from 0 to below ${half}, half of the image`,
  );
  demand(
    rotate >= 0 && rotate <= 180,
    sentence`${setting('rotate')} is ${rotate}, expected a number of degrees from 0 to 180`,
  );
  demand(
    scale >= 0 && scale <= 0.5,
    sentence`${setting('scale')} is ${scale}, expected a share from 0 to 0.5`,
  );
}

function checkUntil({ until, objectives }: AscentSettings): void {
  if (until === undefined) return;
  demand(
    until > 0 && until <= 1,
    sentence`${setting('until')} is ${until}, expected a confidence above 0, at most 1`,
  );
  const unwatched = objectives.find(({ watched }) => watched === null);
  demand(
    !unwatched,
    sentence`${setting('until')} ${until} with ${String(unwatched?.name)}, which raises no single class: there is no confidence to wait for; leave ${setting('until')} out`,
  );
}

/** Regularisers that would undo what the rest of the settings asks for. */
function checkRegularisers(
  climb: Climb,
  { parametrisation, ball }: AscentSettings,
  model: SettingsModel,
): void {
  const { blur, decay, smallNorm, smallContribution } = climb;
  const clipped = smallNorm > 0 ? 'smallNorm' : smallContribution > 0 ? 'smallContribution' : undefined;
  const onPixels = blur ? 'blurRadius' : clipped;
  const { kind } = parametrisation;
  demand(
    kind === 'pixel' || kind === 'own' || onPixels === undefined,
    sentence`${setting(String(onPixels))} acts on pixels and ${setting('parametrisation')} ${kind} has none: leave it out, or choose ${setting('parametrisation')} pixel`,
  );
  demand(
    !ball || decay === 0,
    sentence`${setting('decay')} ${decay} with ${setting('ball')}: it pulls to the mean image, out of the ball; choose one of them`,
  );
  demand(
    !ball || clipped === undefined,
    sentence`${setting(String(clipped))} with ${setting('ball')}: it sets pixels to the mean image, out of the ball; choose one of them`,
  );
  const side = shorterSide(model);
  demand(
    !blur || blur.radius <= side,
    sentence`${setting('blurRadius')} is ${String(blur?.radius)}, more than the ${side} pixels of the image: choose a smaller radius`,
  );
}

/**
 * The progress rule aims at 1, so it climbs what cannot exceed it: as probabilities add up to 1, a sum of them is at most
 * its largest factor.
 */
function checkProgress({ step }: Climb, { name, terms }: Objective): void {
  if (step.rule !== 'progress') return;
  const largest = Math.max(...terms.map(({ weight }) => weight));
  demand(
    terms.every(({ of }) => of === 'probability') && largest > 0 && largest <= 1,
    sentence`${setting('stepRule')} progress with ${name}: it aims at 1, and climbs nothing but probabilities with factors up to 1; climb a probability, or choose another ${setting('stepRule')}`,
  );
}

function demand(holds: boolean, otherwise: Sentence | string): void {
  if (!holds) throw new AscentSettingsError(otherwise);
}

const isWhole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

/** Finite in the device's binary32. */
const isSize = (value: number): boolean => value >= 0 && Number.isFinite(Math.fround(value));

function shorterSide({ preprocessing }: SettingsModel): number {
  const [, height, width] = preprocessing.image;
  return Math.min(height, width);
}

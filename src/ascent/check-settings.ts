/** Whether the settings of an ascent make sense together, before anything is computed. */
import type { Model } from '../model/model.ts';
import { checkObjective } from './objective/check-objective.ts';
import {
  flatten,
  hyperparameterNames,
  hyperparameters,
  isWithin,
  takesMomentum,
} from './optimiser/hyperparameters.ts';
import type { Objective } from './objective/objective.ts';
import { AscentSettingsError } from './settings-error.ts';
import { noiseOf, startsFromPictures, type AscentSettings, type Climb } from './settings.ts';

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
      throw new AscentSettingsError(`${name}: ${error.message}`);
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
      `${limits.option} is ${String(value)}, expected ${limits.expected}`,
    );
  }
  demand(climb.blur?.radius !== 0, '--blur is 0 yet there is a blur: leave the blur out');
  const { momentum, step } = climb;
  demand(
    momentum === 0 || takesMomentum(step.rule),
    `--step-rule ${step.rule} with --momentum ${String(momentum)}: a movement goes on with the step rules constant and normalised only; leave --momentum out, or choose one of these`,
  );
}

function checkCounts({ objectives, trials, steps, batch, seed }: AscentSettings): void {
  demand(objectives.length > 0, 'there is nothing to climb: name a --class or a --unit');
  demand(trials.length > 0, 'there is no trial: give at least one climb');
  demand(isWhole(steps, 1), `--steps is ${String(steps)}, expected a whole number from 1`);
  demand(isWhole(seed, 0), `--seed is ${String(seed)}, expected a whole number from 0`);
  demand(
    isWhole(batch, 4) && batch % 4 === 0,
    `--batch is ${String(batch)}, expected 4, 8, 12 and so on: four images share a vector`,
  );
}

function checkStart({ start }: AscentSettings): void {
  const noise = noiseOf(start);
  demand(isSize(noise), `--noise is ${String(noise)}, expected a number of bytes from 0`);
}

/** Waves and CPPNs are drawn anew from their numbers, so pixels that somebody else set would be gone. */
function checkParametrisation({ parametrisation, start, ball, objectives }: AscentSettings): void {
  if (parametrisation.kind === 'pixel' || parametrisation.kind === 'own') return;
  const param = `--param ${parametrisation.kind}`;
  demand(
    !startsFromPictures(start),
    `${param} cannot start from a picture: choose --param pixel, or another --start`,
  );
  demand(!ball, `${param} with --ball: the picture cannot be kept in a ball; choose --param pixel`);
  if (parametrisation.kind === 'fourier') return;
  const { mutations, genomes } = parametrisation;
  demand(
    isWhole(mutations, 0),
    `${param} with ${String(mutations)} mutations: expected a whole number from 0`,
  );
  demand(
    genomes?.length === undefined || genomes.length === objectives.length,
    `${param} has ${String(genomes?.length)} genomes for ${String(objectives.length)} objectives: expected one for each`,
  );
}

function checkBall({ ball, start }: AscentSettings): void {
  if (!ball) return;
  const { norm, radius } = ball;
  demand(
    isSize(radius) && radius >= 1,
    `--radius of --ball ${norm} is ${String(radius)}, expected a number of bytes from 1: a byte changes by no less; a radius for values from 0 to 1 is 255 times as large in bytes`,
  );
  demand(
    startsFromPictures(start),
    `--ball ${norm} without a picture to be its centre: give one with --start, or leave --ball out`,
  );
}

function checkTransformation({ transformation }: AscentSettings, model: SettingsModel): void {
  if (!transformation) return;
  const { jitter, rotate, scale } = transformation;
  const half = shorterSide(model) / 2;
  demand(
    jitter >= 0 && jitter < half,
    `--jitter is ${String(jitter)}, expected a number of pixels from 0 to below ${String(half)}, half of the image`,
  );
  demand(
    rotate >= 0 && rotate <= 180,
    `--rotate is ${String(rotate)}, expected a number of degrees from 0 to 180`,
  );
  demand(scale >= 0 && scale <= 0.5, `--scale is ${String(scale)}, expected a share from 0 to 0.5`);
}

function checkUntil({ until, objectives }: AscentSettings): void {
  if (until === undefined) return;
  demand(until > 0 && until <= 1, `--until is ${String(until)}, expected a confidence above 0, at most 1`);
  const unwatched = objectives.find(({ watched }) => watched === null);
  demand(
    !unwatched,
    `--until ${String(until)} with ${String(unwatched?.name)}, which raises no single class: there is no confidence to wait for; leave --until out`,
  );
}

/** Regularisers that would undo what the rest of the settings asks for. */
function checkRegularisers(
  climb: Climb,
  { parametrisation, ball }: AscentSettings,
  model: SettingsModel,
): void {
  const { blur, decay, smallNorm, smallContribution } = climb;
  const clipped = smallNorm > 0 ? '--small-norm' : smallContribution > 0 ? '--small-contribution' : undefined;
  const onPixels = blur ? '--blur' : clipped;
  const { kind } = parametrisation;
  demand(
    kind === 'pixel' || kind === 'own' || onPixels === undefined,
    `${String(onPixels)} acts on pixels and --param ${kind} has none: leave it out, or choose --param pixel`,
  );
  demand(
    !ball || decay === 0,
    `--decay ${String(decay)} with --ball: it pulls to the mean image, out of the ball; choose one of them`,
  );
  demand(
    !ball || clipped === undefined,
    `${String(clipped)} with --ball: it sets pixels to the mean image, out of the ball; choose one of them`,
  );
  const side = shorterSide(model);
  demand(
    !blur || blur.radius <= side,
    `--blur is ${String(blur?.radius)}, more than the ${String(side)} pixels of the image: choose a smaller radius`,
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
    `--step-rule progress with ${name}: it aims at 1, and climbs nothing but probabilities with factors up to 1; climb a probability, or choose another --step-rule`,
  );
}

function demand(holds: boolean, otherwise: string): void {
  if (!holds) throw new AscentSettingsError(otherwise);
}

const isWhole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

/** Finite in the device's binary32. */
const isSize = (value: number): boolean => value >= 0 && Number.isFinite(Math.fround(value));

function shorterSide({ preprocessing }: SettingsModel): number {
  const [, height, width] = preprocessing.image;
  return Math.min(height, width);
}

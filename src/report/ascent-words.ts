/** What an ascent's records are called on its page. */
import { startFileOf } from '../runs/ascent/attacks.ts';
import type { Distance } from '../runs/ascent/distance.ts';
import { milestones, type Attack, type AscentRow, type TrialRecord } from '../runs/ascent/schema.ts';
import type { Guess } from '../model/likeliest.ts';
import { flatten, hyperparameterNames, hyperparameters } from '../ascent/optimiser/hyperparameters.ts';
import { isWatched, type Climb } from '../ascent/settings.ts';
import type { AscentRunSettings } from '../runs/ascent/settings-schema.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from './format.ts';

/** `90 %` … `99.99 %`. */
export const milestoneNames: readonly string[] = milestones.map(
  (confidence) => `${String(Number((100 * confidence).toFixed(4)))} %`,
);

/** From the start to the best image, of what is climbed. */
export const valueChange = ({ value, startValue = value }: AscentRow): string =>
  `${formatValue(startValue)} → ${formatValue(value)}`;

/** What the picture is of: the class where one is watched, else the objective; of several pictures that were changed, which. */
export function rowName(
  { objective: name, label }: AscentRow,
  index: number,
  settings: AscentRunSettings,
): string {
  const objective = settings.objectives[index];
  const file =
    settings.start.from === 'pictures' && objective ? startFileOf(settings, objective)?.file : undefined;
  const isAbout = isWatched(settings, index);
  if (file === undefined) return isAbout ? shortLabel(label) : name;
  return isAbout ? `${file} → ${shortLabel(label)}` : name;
}

/** Read out in place of the picture. */
export function rowDescription(row: AscentRow, isWatched: boolean): string {
  const { objective, label, confidence, value } = row;
  if (!isWatched) return `Image climbed for ${objective}, whose value is ${formatValue(value)}`;
  return `Image climbed for ${objective}: ${label} with ${formatConfidence(confidence)} confidence`;
}

export type ClimbValue = string | number | undefined;

/** A climb as a list of names and values; what a rule or climb does not have is undefined. */
export function climbValues(climb: Climb): Record<string, ClimbValue> {
  const flat = flatten(climb);
  const rows = (['length', 'movement', 'regulariser'] as const).flatMap((part) =>
    hyperparameterNames.filter((name) => hyperparameters[name].part === part),
  );
  return {
    'step rule': climb.step.rule,
    ...Object.fromEntries(rows.map((name) => [hyperparameters[name].title, flat[name]])),
  };
}

/** Names of the climb's values in which trials differ. */
export function differingNames(trials: readonly TrialRecord[]): string[] {
  const all = trials.map(({ climb }) => climbValues(climb));
  return Object.keys(all[0] ?? {}).filter((name) => new Set(all.map((values) => values[name])).size > 1);
}

/** Four significant digits are enough to tell trials apart. */
export function valueText(value: ClimbValue): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : String(Number(value.toPrecision(4)));
}

export function describeStart({ start }: AscentRunSettings): string {
  switch (start.from) {
    case 'mean':
      return 'the mean image';
    case 'gaussian':
      return `the mean image plus Gaussian noise of standard deviation ${formatCount(start.size, 'byte')}`;
    case 'uniform':
      return `the mean image plus uniform noise of up to ${formatCount(start.size, 'byte')}`;
    case 'picture':
      return `the picture ${start.file} (SHA-256 ${start.sha256})${noiseAround(start.noise)}`;
    case 'pictures':
      return `${formatCount(start.pictures.length, 'picture')} of ${start.folder}${noiseAround(start.noise)}`;
  }
}

const noiseAround = (noise: number): string =>
  noise > 0 ? ` plus uniform noise of up to ${formatCount(noise, 'byte')}` : '';

export function describeParametrisation({ parametrisation }: AscentRunSettings): string {
  switch (parametrisation.kind) {
    case 'pixel':
      return 'pixels';
    case 'fourier':
      return 'amplitudes of waves, colours decorrelated';
    case 'cppn': {
      const { coordinates, mutations, genomes } = parametrisation;
      const place = coordinates === 'pixels' ? 'pixel indices as coordinates' : 'normalised coordinates';
      const origin = genomes
        ? formatCount(genomes.length, 'genome of a run', 'genomes of a run')
        : `random genomes after ${formatCount(mutations, 'mutation')}`;
      return `weights of CPPNs: ${origin}, ${place}`;
    }
  }
}

export function describeBall({ ball }: AscentRunSettings): string {
  if (!ball) return 'the image may go anywhere';
  const norm = ball.norm === 'l2' ? 'Euclidean distance' : 'no value changed by more than';
  return `${norm} ${formatNumber(ball.radius)} bytes`;
}

export function describeTransformation({ transformation }: AscentRunSettings): string {
  if (!transformation) return 'shown as it is';
  const { jitter, rotate, scale } = transformation;
  const size = `${formatNumber(100 * scale)} %`;
  return `moved by up to ${formatCount(jitter, 'pixel')}, turned by up to ${formatNumber(rotate)}°, scaled by up to ${size}`;
}

/** A value of a unit, four significant digits. */
export function formatValue(value: number): string {
  const size = Math.abs(value);
  return size !== 0 && (size >= 1e6 || size < 1e-3)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(4)));
}

/** `goldfish (97.23 %)` */
export const namedText = ({ label, confidence }: Guess): string =>
  `${shortLabel(label)} (${formatConfidence(confidence)})`;

/** What came of an attack, in words that follow what the picture was named before and after. */
export function outcomeOf({ success, already }: Attack): string {
  if (success === undefined) return 'no class was wanted';
  if (already) return success ? 'it was so before' : 'it was so before, and is no more';
  return success ? 'success' : 'no success';
}

/** In bytes, and of values from 0 to 1 as papers give them: `l2 40.5 bytes (40.5/255 = 0.159), l∞ 8 bytes (8/255 = 0.031)`. */
export function distanceText({ l2, linf }: Distance): string {
  return `l2 ${normText(l2)}, l∞ ${normText(linf)}`;
}

/** Bytes, and their share of 255. */
export function normText(bytes: number): string {
  const number = Number.isInteger(bytes) ? String(bytes) : bytes.toFixed(bytes < 1000 ? 1 : 0);
  return `${number} ${bytes === 1 ? 'byte' : 'bytes'} (${number}/255 = ${(bytes / 255).toFixed(3)})`;
}

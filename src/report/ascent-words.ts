/** What an ascent's records are called on its page. */
import { milestones, type AscentRow, type TrialRecord } from '../ascent/records.ts';
import type { AscentSettings, Climb, StepRule } from '../ascent/settings.ts';
import { formatConfidence, formatCount, formatNumber, shortLabel } from './format.ts';

/** `90 %` … `99.99 %`. */
export const milestoneNames: readonly string[] = milestones.map(
  (confidence) => `${String(Number((100 * confidence).toFixed(4)))} %`,
);

/** The class where one is watched, else the objective: what the picture is of. */
export function rowName({ objective, label }: AscentRow, index: number, settings: AscentSettings): string {
  return settings.objectives[index]?.watched === null ? objective : shortLabel(label);
}

/** Read out in place of the picture. */
export function rowDescription({ objective, label, confidence }: AscentRow): string {
  return `Image climbed for ${objective}: ${label} with ${formatConfidence(confidence)} confidence`;
}

export type ClimbValue = string | number | undefined;

/** A climb as a list of names and values; what a rule or climb does not have is undefined. */
export function climbValues({
  step,
  momentum,
  cooling,
  decay,
  blur,
  ...clipping
}: Climb): Record<string, ClimbValue> {
  return {
    ...stepValues(step),
    'cooling (iterations)': cooling,
    momentum,
    decay,
    'blur radius': blur?.radius,
    'blur every': blur?.every,
    'small norm (%)': clipping.smallNorm,
    'small contribution (%)': clipping.smallContribution,
  };
}

function stepValues(step: StepRule): Record<string, ClimbValue> {
  const progress = step.rule === 'progress' ? step : undefined;
  return {
    'step rule': step.rule,
    'step size': step.rule === 'progress' ? undefined : step.size,
    'largest step': progress?.largest,
    'early gain': progress?.early,
    'late gain': progress?.late,
  };
}

/** Names of the climb's values in which trials differ. */
export function differences(trials: readonly TrialRecord[]): string[] {
  const all = trials.map(({ climb }) => climbValues(climb));
  return Object.keys(all[0] ?? {}).filter((name) => new Set(all.map((values) => values[name])).size > 1);
}

/** Four significant digits are enough to tell trials apart. */
export function valueText(value: ClimbValue): string {
  if (value === undefined) return '–';
  return typeof value === 'string' ? value : String(Number(value.toPrecision(4)));
}

export function describeStart({ start }: AscentSettings): string {
  switch (start.from) {
    case 'mean':
      return 'the mean image';
    case 'gaussian':
      return `the mean image plus Gaussian noise of standard deviation ${formatCount(start.size, 'byte')}`;
    case 'uniform':
      return `the mean image plus uniform noise of up to ${formatCount(start.size, 'byte')}`;
    case 'picture': {
      const noise = start.noise > 0 ? ` plus uniform noise of up to ${formatCount(start.noise, 'byte')}` : '';
      return `the picture ${start.file} (SHA-256 ${start.sha256})${noise}`;
    }
  }
}

export function describeParametrisation({ parametrisation }: AscentSettings): string {
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

export function describeBall({ ball }: AscentSettings): string {
  if (!ball) return 'the image may go anywhere';
  const norm = ball.norm === 'l2' ? 'Euclidean distance' : 'no value changed by more than';
  return `${norm} ${formatNumber(ball.radius)} bytes`;
}

export function describeTransformation({ transformation }: AscentSettings): string {
  if (!transformation) return 'shown as it is';
  const { jitter, rotate, scale } = transformation;
  const size = `${formatNumber(100 * scale)} %`;
  return `moved by up to ${formatCount(jitter, 'pixel')}, turned by up to ${formatNumber(rotate)}°, scaled by up to ${size}`;
}

/** Settings that belong together, by name. */
import { climbOf, flatten, usualProgress, type FlatClimb, type RuleName } from './hyperparameters.ts';
import type { ClassMeasure } from '../objective/objective.ts';
import type { Ball, Climb } from '../settings.ts';

export const presetNames = ['default', 'patient', 'paper', 'fgsm', 'pgd'] as const;
/** Names of `presets`. */
export type PresetName = (typeof presetNames)[number];

/** Settings of an ascent that belong together, by name; what a caller sets goes before them. */
export interface Preset {
  readonly climb: Climb;
  readonly measure: ClassMeasure;
  readonly steps: number;
  /** Of presets that start from a picture: how far the image may go from it. */
  readonly ball?: Ball;
  /** Size of the noise on the start, in bytes. */
  readonly noise: number;
}

const plain = { momentum: 0, decay: 0, smallNorm: 0, smallContribution: 0 } as const;

/** Presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  /**
   * Steps of one length along the gradient of log p, which does not vanish where the probability does, with momentum: nearly
   * all classes of the shipped networks pass 99.99 % within some tens of steps.
   */
  default: {
    climb: { ...plain, decay: 0.001, momentum: 0.9, cooling: 25, step: { rule: 'normalised', size: 1.5 } },
    measure: 'log-probability',
    steps: 255,
    noise: 1,
  },
  /**
   * For classes that resist: a step keeps its length, movements are remembered for longer, and hardly anything is pulled back,
   * so that it still gains after hundreds of steps.
   */
  patient: {
    climb: { ...plain, decay: 0.001, momentum: 0.97, step: { rule: 'normalised', size: 0.8 } },
    measure: 'log-probability',
    steps: 1000,
    noise: 1,
  },
  /** The published settings (paper §2.4): probability, steps by progress, one per cent decay. */
  paper: {
    climb: { ...plain, decay: 0.01, step: { rule: 'progress', ...usualProgress } },
    measure: 'probability',
    steps: 255,
    noise: 1,
  },
  /** The fast gradient sign method (Goodfellow et al. 2015): one step. */
  fgsm: {
    climb: { ...plain, step: { rule: 'sign', size: 8 } },
    measure: 'log-probability',
    steps: 1,
    ball: { norm: 'linf', radius: 8 },
    noise: 0,
  },
  /** Projected gradient descent from a random place in the ball (Madry et al. 2018). */
  pgd: {
    climb: { ...plain, step: { rule: 'sign', size: 2 } },
    measure: 'log-probability',
    steps: 40,
    ball: { norm: 'linf', radius: 8 },
    noise: 8,
  },
};

/** Amplitudes of waves and weights of CPPNs move a picture further than its bytes do: usual steps are shorter. */
export const stepScales = { pixel: 1, fourier: 0.01, cppn: 0.01, own: 1 } as const;

/** What a preset's climb is fitted to, and what of it is changed. */
export interface ClimbChanges {
  readonly ball: Ball | undefined;
  readonly kind: keyof typeof stepScales;
  readonly rule?: RuleName | undefined;
  readonly numbers?: FlatClimb;
}

/** The climb of a preset with other numbers; a momentum that the rule has no use for is kept, to be refused. */
export function climbOfPreset(name: PresetName, { ball, kind, rule, numbers = {} }: ClimbChanges): Climb {
  const climb = presetClimb(name, ball);
  const chosen = rule ?? climb.step.rule;
  // The size of a step means something else with every rule.
  const preset = chosen === climb.step.rule ? climb : { ...climb, step: climbOf(chosen, {}).step };
  const { momentum = climb.momentum } = numbers;
  return { ...climbOf(chosen, { ...scaledFor(kind, flatten(preset)), ...numbers }), momentum };
}

/** In a Euclidean ball the steepest way is the gradient itself, not its signs, which a preset has for cubes. */
function presetClimb(name: PresetName, ball: Ball | undefined): Climb {
  const { climb } = presets[name];
  return climb.step.rule === 'sign' && ball?.norm === 'l2'
    ? { ...climb, step: { ...climb.step, rule: 'normalised' } }
    : climb;
}

/** With steps as long as what is climbed wants them. */
function scaledFor(kind: keyof typeof stepScales, flat: FlatClimb): FlatClimb {
  const { stepSize } = flat;
  return stepSize === undefined ? flat : { ...flat, stepSize: stepSize * stepScales[kind] };
}

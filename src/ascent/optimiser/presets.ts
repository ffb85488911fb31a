/** Settings that belong together, by name. */
import { usualProgress } from './hyperparameters.ts';
import type { ClassMeasure } from '../objective/objective.ts';
import type { Ball, Climb } from '../settings.ts';

export const presetNames = ['default', 'patient', 'paper', 'fgsm', 'pgd'] as const;
export type PresetName = (typeof presetNames)[number];

export interface Preset {
  readonly climb: Climb;
  readonly measure: ClassMeasure;
  readonly steps: number;
  /** Whether it starts from somebody's picture, and how far it may go. */
  readonly ball?: Ball;
  /** Size of the noise on the start, in bytes. */
  readonly noise: number;
}

const plain = { momentum: 0, decay: 0, smallNorm: 0, smallContribution: 0 } as const;

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
   * so that it goes on gaining after hundreds of steps.
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
export const stepScales = { pixel: 1, fourier: 0.01, cppn: 0.01 } as const;

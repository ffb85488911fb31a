/** Optimisers by their step rules: numbers that are not given are the usual ones. */
import type { Climb } from '../settings.ts';
import { climbOf, type FlatClimb, type Hyperparameter, type RuleName } from './hyperparameters.ts';

type Numbers<Unused extends Hyperparameter> = Omit<FlatClimb, Unused>;

type ByProgress = 'largest' | 'early' | 'late';

/** A momentum is kept where the rule has none, so that it is refused and not forgotten. */
const withRule = (rule: RuleName, numbers: FlatClimb): Climb => ({
  ...climbOf(rule, numbers),
  ...(numbers.momentum !== undefined && { momentum: numbers.momentum }),
});

/** Adam (Kingma and Ba 2015); `stepSize` in bytes, 1 by default. */
export const adam = (numbers: Numbers<ByProgress | 'momentum'> = {}): Climb => withRule('adam', numbers);

/** The gradient times `stepSize`, 100 by default. */
export const constant = (numbers: Numbers<ByProgress> = {}): Climb => withRule('constant', numbers);

/** Along the gradient, always as far: `stepSize` is the root mean square of a step, in bytes, 2 by default. */
export const normalised = (numbers: Numbers<ByProgress> = {}): Climb => withRule('normalised', numbers);

/** `stepSize` bytes by the sign of the gradient, 1 by default (Goodfellow et al. 2015). */
export const sign = (numbers: Numbers<ByProgress | 'momentum'> = {}): Climb => withRule('sign', numbers);

/** So far that a probability gains a share of what is missing to 1 (paper §2.4). */
export const progress = (numbers: Numbers<'stepSize' | 'momentum' | 'cooling'> = {}): Climb =>
  withRule('progress', numbers);

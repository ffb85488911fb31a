/** Adversarial examples: what a picture was named before and after it was changed, and how many attacks succeeded. */
import { summarise } from '../../util/confidence-statistics.ts';
import type { Guess } from '../../model/likeliest.ts';
import { classGoal, type Objective } from '../../ascent/objective/objective.ts';
import { startsFromPictures, type Start } from '../../ascent/settings.ts';
import { startPath } from './folder.ts';
import type { Attack, AscentRow, AttackSummary } from './schema.ts';
import type { AscentRunSettings, StartFile } from './settings-schema.ts';

/** The file that an objective starts from. */
export function startFileOf(
  { start }: Pick<AscentRunSettings, 'start'>,
  { picture = 0 }: Objective,
): Pick<StartFile, 'file' | 'class'> | undefined {
  if (start.from === 'picture') return { file: start.file };
  return start.from === 'pictures' ? start.pictures[picture] : undefined;
}

/** Whether a given picture is to be named as a class that it is not named, or no more as the one that it is. */
export const isAttack = (objective: Objective, start: Start): boolean =>
  startsFromPictures(start) && classGoal(objective) !== undefined;

/** What came of one. @param file as the user called it */
export function attackOf(objective: Objective, file: string, before: Guess, after: Guess): Attack {
  const common = { start: startPath(objective.picture ?? 0), file, before, after };
  const goal = classGoal(objective);
  if (!goal) return common;
  const reached = ({ class: named }: Guess) => (named === goal.class) === (goal.aim === 'named');
  return { ...common, success: reached(after), ...(reached(before) && { already: true }) };
}

/** Attacks that count: a picture that was named as wanted before is neither a success nor a failure. */
export const counts = ({ attack }: Pick<AscentRow, 'attack'>): boolean =>
  attack?.success !== undefined && attack.already !== true;

/** @returns undefined where nothing was attacked */
export function summariseAttacks(rows: readonly AscentRow[]): AttackSummary | undefined {
  const attacks = rows.filter(({ attack }) => attack?.success !== undefined);
  if (attacks.length === 0) return undefined;
  const attacked = attacks.filter(counts);
  const succeeded = attacked.filter(({ attack }) => attack?.success === true);
  const median = (of: 'l2' | 'linf') =>
    succeeded.length > 0 ? summarise(succeeded.map(({ distance }) => distance?.[of] ?? 0)).median : null;
  return {
    images: attacks.length,
    attacked: attacked.length,
    succeeded: succeeded.length,
    successRate: attacked.length > 0 ? succeeded.length / attacked.length : null,
    medianL2: median('l2'),
    medianLinf: median('linf'),
  };
}

/** What records tell of goal switching, and of how long the ancestries of elites are. */
import { byId, stepsOf, lineTo, type Ancestor } from './lineage.ts';

/** What is counted of an elite's record. */
export interface CountedElite {
  readonly class: number;
  readonly id: number;
  readonly goalSwitches: number;
  /** Runs that older versions began have none. */
  readonly replacements?: number;
}

/** How often a cell changed hands, and how often through goal switching. */
export interface CellSwitches {
  readonly class: number;
  /** How often the cell was taken by a child of another class's elite. */
  readonly goalSwitches: number;
  /** How often it was taken at all, its first elite left out; undefined where the run is older than the count. */
  readonly replacements: number | undefined;
}

/** Goal switches over all cells (Nguyen, Yosinski, Clune 2015, Innovation Engines). */
export interface GoalSwitching {
  readonly cells: readonly CellSwitches[];
  readonly goalSwitchesPerClass: number;
  /** Undefined, here as below, where a cell's count is. */
  readonly replacementsPerClass: number | undefined;
  /** Of all replacements; 0 where there were none. */
  readonly share: number | undefined;
}

/**
 * How often cells were taken by offspring of other classes, as Innovation Engines counts it (Nguyen, Yosinski, Clune 2015).
 * @param cells of `archive.json`
 */
export function goalSwitching(cells: readonly Omit<CountedElite, 'id'>[]): GoalSwitching {
  const counted = cells.map(({ class: number, goalSwitches, replacements }): CellSwitches => {
    return { class: number, goalSwitches, replacements };
  });
  const switches = counted.reduce((sum, { goalSwitches }) => sum + goalSwitches, 0);
  const replaced = counted.reduce<number | undefined>(
    (sum, { replacements }) =>
      sum === undefined || replacements === undefined ? undefined : sum + replacements,
    0,
  );
  const classes = Math.max(1, counted.length);
  return {
    cells: counted,
    goalSwitchesPerClass: switches / classes,
    replacementsPerClass: replaced === undefined ? undefined : replaced / classes,
    share: replaced === undefined ? undefined : switches / Math.max(1, replaced),
  };
}

/** How long the line of ancestors of a cell's elite is. */
export interface AncestryLength {
  readonly class: number;
  /** Elites before this one, back to the first that is known. */
  readonly ancestors: number;
  /** Steps of the line from one class to another. */
  readonly goalSwitches: number;
  /** Whether it is known from generation 0 on. */
  readonly complete: boolean;
}

/**
 * How long the line of every cell's elite is, in the order of the cells.
 * @param ancestors of `lineage.json`
 * @param cells of `archive.json`, whose elites are among them
 */
export function ancestryLengths(
  ancestors: readonly Ancestor[],
  cells: readonly Pick<CountedElite, 'class' | 'id'>[],
): AncestryLength[] {
  const known = byId(ancestors);
  return cells.map(({ class: number, id }) => {
    const line = lineTo(known, id);
    const steps = stepsOf(line, number);
    return {
      class: number,
      ancestors: Math.max(0, line.length - 1),
      goalSwitches: steps.filter(({ switched }) => switched).length,
      complete: line[0]?.parent === null,
    };
  });
}

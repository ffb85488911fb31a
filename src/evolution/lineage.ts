/**
 * Who descends from whom: the living elites and their ancestors alone. Each of them counts its children that are
 * kept and the cells that it holds; one whose last living descendant is gone is dropped, and so on up its line. Lines soon meet
 * in common ancestors, so that the store grows with the cells and with the length of one line, not with all that ever lived.
 */

/** A cell that an image won at its birth. */
export interface Win {
  readonly class: number;
  readonly confidence: number;
}

/** An image that was an elite once. */
export interface Ancestor extends Win {
  /** Number of its evaluation: generation · population + number of the child. `class` is what it won most surely. */
  readonly id: number;
  /** The elite that it was copied from; null in generation 0. */
  readonly parent: number | null;
  /** Class whose cell that elite was drawn from; null in generation 0, and where it is not known. */
  readonly from: number | null;
  readonly generation: number;
  /** The other cells that it won at its birth. */
  readonly also?: readonly Win[];
}

/** That a cell was won. */
export interface Birth extends Win {
  readonly id: number;
  readonly parent: number | null;
  readonly from: number | null;
  readonly generation: number;
}

/** An elite as an archive's record has it. */
export type LivingElite = Omit<Birth, 'from'>;

interface Kept {
  readonly ancestor: Ancestor;
  /** Children that are kept, and cells that it holds. */
  references: number;
}

/** Elites and their ancestors by identity, as a search keeps them while it runs. */
export class Lineage {
  /** By identity; an ancestor was entered before its descendants. */
  readonly #kept = new Map<number, Kept>();
  /** Identity of the elite of each class. */
  readonly #elites = new Map<number, number>();

  /** One whose ancestry begins at the elites that there are: what was before them is not known. */
  static beginningAt(elites: readonly LivingElite[]): Lineage {
    const lineage = new Lineage();
    // One may be the parent of another.
    const eldestFirst = [...elites].sort((one, other) => one.id - other.id);
    lineage.adopt(eldestFirst.map((elite) => ({ ...elite, from: null })));
    return lineage;
  }

  /**
   * One that goes on from what was saved.
   * @param ancestors as `ancestors` gave them, for an archive that they fit (see `ancestryProblem`)
   */
  static of(ancestors: readonly Ancestor[], elites: readonly LivingElite[]): Lineage {
    const lineage = new Lineage();
    for (const ancestor of ancestors) lineage.#enter(ancestor);
    for (const elite of elites) lineage.#settle(elite);
    for (const { id } of [...ancestors].reverse()) lineage.#dropUnlessNeeded(id);
    return lineage;
  }

  /** Elites and ancestors that are kept. */
  get size(): number {
    return this.#kept.size;
  }

  /** Living elites and their ancestors, each after its parent. */
  ancestors(): Ancestor[] {
    return Array.from(this.#kept.values(), ({ ancestor }) => ancestor);
  }

  /** Takes up the cells that were won in one generation. */
  adopt(births: readonly Birth[]): void {
    const siblings = new Map<number, Birth[]>();
    for (const birth of births) {
      const wins = siblings.get(birth.id);
      if (wins) wins.push(birth);
      else siblings.set(birth.id, [birth]);
    }
    for (const wins of siblings.values()) this.#enter(ancestorOf(wins));
    // Who lost a cell may be the parent of who won it, and goes only after all have come.
    const replaced = births.flatMap((birth) => this.#settle(birth) ?? []);
    for (const id of replaced) this.#release(id);
  }

  #enter(ancestor: Ancestor): void {
    this.#kept.set(ancestor.id, { ancestor, references: 0 });
    const parent = ancestor.parent === null ? undefined : this.#kept.get(ancestor.parent);
    if (parent) parent.references++;
  }

  /** @returns who held the cell before */
  #settle({ class: number, id }: Pick<Birth, 'class' | 'id'>): number | undefined {
    const before = this.#elites.get(number);
    this.#elites.set(number, id);
    const kept = this.#kept.get(id);
    if (kept) kept.references++;
    return before;
  }

  #release(id: number): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    kept.references--;
    this.#dropUnlessNeeded(id);
  }

  #dropUnlessNeeded(id: number): void {
    for (let next: number | null = id; next !== null;) {
      const kept = this.#kept.get(next);
      if (!kept || kept.references > 0) return;
      this.#kept.delete(next);
      next = kept.ancestor.parent;
      const parent = next === null ? undefined : this.#kept.get(next);
      if (parent) parent.references--;
    }
  }
}

/** @param wins of one child, at least one */
function ancestorOf(wins: readonly Birth[]): Ancestor {
  const [best, ...rest] = [...wins].sort((one, other) => other.confidence - one.confidence);
  if (!best) throw new RangeError('an ancestor that won no cell');
  const also = rest.map(({ class: number, confidence }) => ({ class: number, confidence }));
  const { id, parent, from, class: number, confidence, generation } = best;
  return { id, parent, from, class: number, confidence, generation, ...(also.length > 0 && { also }) };
}

/** Every cell that it won at its birth, the surest first. */
export const winsOf = ({ class: number, confidence, also = [] }: Ancestor): readonly Win[] => [
  { class: number, confidence },
  ...also,
];

/**
 * What keeps records from being the ancestry of an archive: a line that runs in a circle, an elite that is not there.
 * @param population children of a generation, by which identities are counted
 * @returns a part of a sentence, or undefined where nothing does
 */
export function ancestryProblem(
  ancestors: readonly Ancestor[],
  elites: readonly LivingElite[],
  population: number,
): string | undefined {
  const known = new Map<number, Ancestor>();
  const awaited = new Set<number>();
  for (const ancestor of ancestors) {
    const { id, parent, generation } = ancestor;
    const name = `ancestor ${String(id)}`;
    if (known.has(id)) return `${name} is there twice`;
    if (awaited.has(id)) return `${name} stands behind a child of its own`;
    if (Math.floor(id / population) !== generation)
      return `${name} is not of generation ${String(generation)}`;
    // So no line can run in a circle.
    if (parent !== null && Math.floor(parent / population) >= generation)
      return `${name} is not younger than its parent ${String(parent)}`;
    if (parent === null && generation > 0) return `${name} has no parent, and is not of generation 0`;
    known.set(id, ancestor);
    if (parent !== null && !known.has(parent)) awaited.add(parent);
  }
  for (const { class: number, id, parent, confidence } of elites) {
    const ancestor = known.get(id);
    const place = `elite ${String(id)} of class ${String(number)}`;
    if (!ancestor) return `${place} is not among the ancestors`;
    if (ancestor.parent !== parent) return `${place} has another parent`;
    if (!winsOf(ancestor).some((win) => win.class === number && win.confidence === confidence))
      return `${place} did not win that class with its confidence`;
  }
  return undefined;
}

/** What a line of descent is followed by. */
export type Descendant = Pick<Ancestor, 'id' | 'parent'>;

/**
 * From the oldest known ancestor to the elite itself; empty where it is not among them. A parent is older than its child: a
 * record that says otherwise is followed no further.
 */
export function lineTo<One extends Descendant>(ancestors: ReadonlyMap<number, One>, elite: number): One[] {
  const line: One[] = [];
  for (let next = ancestors.get(elite); next;) {
    line.push(next);
    const { id, parent }: Descendant = next;
    next = parent !== null && parent < id ? ancestors.get(parent) : undefined;
  }
  return line.reverse();
}

export const byId = <One extends Descendant>(ancestors: readonly One[]): Map<number, One> =>
  new Map(ancestors.map((ancestor) => [ancestor.id, ancestor]));

/** A step of a line: an ancestor, and the class by which the line went on from it. */
export interface Step {
  readonly ancestor: Ancestor;
  /** Whose cell the next of the line was drawn from; of the last one, the class that the line is of. */
  readonly class: number;
  /** Of that class, at its birth. */
  readonly confidence: number;
  /** Whether the line came there from another class, whose elite had not won this one as well. */
  readonly switched: boolean;
}

/**
 * A line step by step, each with the class whose cell the next was drawn from.
 * @param line as `lineTo` gives it, to the elite of the class
 */
export function stepsOf(line: readonly Ancestor[], elite: number): Step[] {
  return line.map((ancestor, index): Step => {
    const left = index + 1 < line.length ? line[index + 1]?.from : elite;
    const wins = winsOf(ancestor);
    const won = wins.find((win) => win.class === left) ?? wins[0] ?? ancestor;
    const parent = line[index - 1];
    const switched = parent !== undefined && !winsOf(parent).some((win) => win.class === won.class);
    return { ancestor, class: won.class, confidence: won.confidence, switched };
  });
}

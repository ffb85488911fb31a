/** Reads out of a search what is to be saved, without waiting for it. */
import { numbersOf as numbersOfAncestors } from '../../evolution/ancestor-numbers.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import type { Search } from '../../evolution/search.ts';
import { numbersOf } from '../../genome/cppn-numbers.ts';
import type { Genome } from '../../genome/genome.ts';
import type { RunTimes } from './run-times.ts';
import type { HandedGenomes, Occupied, ProgressLine, Snapshot } from './save-writer.ts';

/** A generation's outcome: references to what never changes, and a read of the device that has begun. */
export interface Outcome {
  readonly state: Pick<Snapshot, 'generations' | 'seconds' | 'milliseconds' | 'backgroundSaving'>;
  readonly elites: readonly Occupied[];
  readonly ancestors: readonly Ancestor[];
  /** Those whose genomes are read. */
  readonly changed: readonly Occupied[];
  readonly genomes: Promise<readonly Genome[]>;
}

/** @param isKept whether a save has kept the genome of an elite */
export function outcomeOf(
  { archive, classes, lineage, population }: Search,
  generations: number,
  { seconds, milliseconds, backgroundSaving }: RunTimes,
  isKept: (one: Occupied) => boolean,
): Outcome {
  const elites = classes.flatMap((number, cell): Occupied[] => {
    const elite = archive.elite(cell);
    return elite ? [{ cell, class: number, elite }] : [];
  });
  const changed = elites.filter((one) => !isKept(one));
  const genomes = population.genomes(changed.map(({ cell }) => cell));
  // Who saves awaits it later.
  genomes.catch(() => undefined);
  const state = { generations, seconds, milliseconds, backgroundSaving };
  return { state, elites, ancestors: lineage.ancestors(), changed, genomes };
}

/** What a writer is handed. @param genomes of the cells that have changed */
export function snapshotOf(
  { state, elites, ancestors, changed }: Outcome,
  genomes: readonly Genome[],
  lines: readonly ProgressLine[],
): Snapshot {
  const handed = handedGenomes(
    changed.map(({ cell }) => cell),
    genomes,
  );
  return { ...state, elites, ancestors: numbersOfAncestors(ancestors), genomes: handed, lines };
}

function handedGenomes(cells: readonly number[], genomes: readonly Genome[]): HandedGenomes {
  const direct = genomes.flatMap((genome) => (genome.encoding === 'direct' ? [genome.bytes] : []));
  if (direct.length > 0) return { cells, direct };
  return { cells, cppn: numbersOf(genomes.filter((genome) => genome.encoding === 'cppn')) };
}

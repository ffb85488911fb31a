/** A run from where it stands to its end. */
import { evolveSearch, type FollowOptions } from '../../evolution/evolve.ts';
import type { RunSummary } from './records.ts';
import type { EvolutionRun } from './start.ts';

/** Until the generations of its settings are done or the signal is given; the last state is saved either way. */
export async function carryOut(
  { search, recorder, record }: EvolutionRun,
  options: FollowOptions = {},
): Promise<RunSummary> {
  const { generations } = record.settings;
  await evolveSearch(search, { ...options, generations, recorder });
  return recorder.summary;
}

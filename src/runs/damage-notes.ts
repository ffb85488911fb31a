/** What a user wants to know of a run folder that was damaged and goes on nevertheless. */
import { damagedLinesAre } from './read-files.ts';
import type { Generation } from '../storage/generations.ts';

/** @param damagedLines of `progress.jsonl` */
export function damageNotes(taken: Generation<unknown> | undefined, damagedLines: number): string[] {
  const notes: string[] = [];
  if (taken?.problem !== undefined)
    notes.push(`${taken.problem.replace(/;.*/s, '')}: the run goes on from the checkpoint before it`);
  if (damagedLines > 0) notes.push(`progress.jsonl: ${damagedLinesAre(damagedLines)} left out`);
  return notes;
}

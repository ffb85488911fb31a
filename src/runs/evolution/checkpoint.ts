/**
 * The state of a run: the archive with its genomes and how far it got. Random numbers need no state, they are counted
 * by generation and child, so a resumed run goes on bit for bit as if it had never stopped.
 */
import { z } from 'zod';
import type { Population } from '../../genome/population.ts';
import { checksumState } from '../../storage/checksum.ts';
import { dropDamaged, readGeneration, type Generation } from '../../storage/generations.ts';
import type { Storage } from '../../storage/storage.ts';
import type { Archive } from '../../evolution/archive.ts';
import { ancestryProblem, Lineage } from '../../evolution/lineage.ts';
import type { Immutable } from '../immutable.ts';
import type { RunRecord } from './records.ts';
import {
  ancestorsSchema,
  archiveSchema,
  backgroundSaving,
  count,
  duration,
  phaseTimesSchema,
} from './schema.ts';
import { readGenome } from './genome-files.ts';
import { SentenceError, sentence, setting } from '../../util/sentence.ts';

export const checkpointPath = 'checkpoint/state.json';

/** A checkpoint cannot be read, or belongs to something else. */
export class CheckpointError extends SentenceError {
  override readonly name = 'CheckpointError';
}

const checkpoint = z.object({
  /** 3: with a checksum. 2: direct genomes are 16-bit genes, in JSON or in files of their own; 1 had floats. */
  format: z.literal([2, 3]),
  /** Of the run that it is of, where that has one. */
  mark: z.string().exactOptional(),
  version: z.string(),
  /** SHA-256 of the model's file. */
  model: z.string(),
  /** What its tensors were taken for: some fit several. */
  architecture: z.string(),
  adapter: z.string(),
  /** Generations that are complete. */
  generations: count.min(1),
  seconds: duration,
  milliseconds: phaseTimesSchema,
  backgroundSaving,
  cells: archiveSchema,
  /** As in `lineage.json`; those of earlier versions have none. */
  ancestors: ancestorsSchema.exactOptional(),
});

export type Checkpoint = Immutable<z.infer<typeof checkpoint>>;

const startAnew = 'start a new run in another folder';

/** @throws CheckpointError where a state is no JSON, or not what was written */
export function parseState(text: string, file: string): unknown {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch {
    throw new CheckpointError(`${file} is no JSON: it was damaged after it was written; ${startAnew}`);
  }
  if (checksumState(state) === 'damaged')
    throw new CheckpointError(`${file} is not what was written: its checksum does not hold; ${startAnew}`);
  return state;
}

/** For states of a format that has one. @throws CheckpointError where it is gone */
export function requireChecksum(state: unknown, file: string): void {
  if (checksumState(state) === 'absent')
    throw new CheckpointError(`${file} has lost its checksum; ${startAnew}`);
}

/** @throws CheckpointError naming the first field that is not what it should be */
export function checkState<State>(schema: z.ZodType<State>, content: unknown, file: string): State {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CheckpointError(
    `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a checkpoint'}; ${startAnew}`,
  );
}

/**
 * @param file its path, for messages
 * @throws CheckpointError saying what is wrong and what to do
 */
export function parseCheckpoint(text: string, file: string): Checkpoint {
  const content = parseState(text, file);
  const format = z.object({ format: z.unknown() }).safeParse(content);
  if (format.success && format.data.format !== 2 && format.data.format !== 3) {
    throw new CheckpointError(
      `${file} has format ${JSON.stringify(format.data.format)}, this version reads formats 2 and 3; resume it with the version that wrote it`,
    );
  }
  const state = checkState(checkpoint, content, file);
  if (state.format === 3) requireChecksum(content, file);
  return state;
}

/**
 * The state that a folder's run was saved in last, or where that is damaged, the one before. Where the archive holds elites
 * there was a state, so that one that is gone is an error.
 * @returns undefined when it never got that far
 * @throws CheckpointError saying what is wrong with it and what to do
 */
export async function readCheckpoint(storage: Storage): Promise<Generation<Checkpoint> | undefined> {
  try {
    const found = await readGeneration(storage, checkpointPath, parseCheckpoint);
    if (found) return found;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    throw new CheckpointError(sentence`${error.sentence}, or rebuild it with ${setting('fromArchive')}`);
  }
  if (await storage.read('archive.json'))
    throw new CheckpointError(
      sentence`${checkpointPath} is gone, and the run had got further: put it back from a copy, or rebuild the run with ${setting('fromArchive')}`,
    );
  return undefined;
}

/** As `readCheckpoint`, for a run that is to write the next one. */
export async function takeCheckpoint(storage: Storage): Promise<Generation<Checkpoint> | undefined> {
  const found = await readCheckpoint(storage);
  if (found) await dropDamaged(storage, checkpointPath, found);
  return found;
}

/** @throws CheckpointError when the checkpoint was made by another version, model or adapter */
export function checkOrigin(
  checkpoint: Pick<Checkpoint, 'mark' | 'version' | 'model' | 'architecture' | 'adapter'>,
  run: Pick<RunRecord, 'mark' | 'version' | 'model' | 'adapter'>,
  file: string,
): void {
  const expectations = [
    ['version', checkpoint.version, run.version, 'resume it with that version'],
    ['model file (SHA-256)', checkpoint.model, run.model.sha256, 'pass the model that the run started with'],
    [
      'architecture',
      checkpoint.architecture,
      run.model.architecture,
      sentence`pass the ${setting('architecture')} that the run started with`,
    ],
    [
      'adapter',
      checkpoint.adapter,
      run.adapter.description,
      sentence`another adapter rounds differently; pass ${setting('adapter')}`,
    ],
    // Last: what differs in one of the others has another mark too.
    [
      'run',
      checkpoint.mark ?? 'one without a mark',
      run.mark ?? 'one without a mark',
      'put the checkpoint of this run back',
    ],
  ] as const;
  for (const [what, found, expected, advice] of expectations) {
    if (found !== expected) {
      throw new CheckpointError(
        sentence`${file} comes from another ${what}: ${found}, here it is ${expected}; ${advice}, or start a new run`,
      );
    }
  }
}

/** @throws CheckpointError when the checkpoint has other cells */
export function checkCells(checkpoint: Checkpoint, classes: readonly number[], file: string): void {
  const found = checkpoint.cells.map(({ class: number }) => number);
  if (found.join() !== classes.join()) {
    throw new CheckpointError(
      `${file} has cells for the classes ${found.join(', ')}; this run has ${classes.join(', ')}`,
    );
  }
}

/**
 * The ancestry of a checkpoint's elites; it begins with them where the checkpoint has none, or none of use.
 * @param population children of a generation
 * @param onProblem is told what keeps it from being of use: nothing else depends on it
 */
export function restoredLineage(
  { cells, ancestors }: Pick<Checkpoint, 'cells' | 'ancestors'>,
  population: number,
  onProblem: (problem: string) => void,
): Lineage {
  const problem = ancestors && ancestryProblem(ancestors, cells, population);
  if (ancestors && problem === undefined) return Lineage.of(ancestors, cells);
  if (problem !== undefined) onProblem(problem);
  return Lineage.beginningAt(cells);
}

/**
 * Puts every elite back into the archive and its genome into the population.
 * @param storage the run folder, for genomes that are files
 * @throws CheckpointError when a genome is missing or does not fit
 */
export async function restoreCells(
  { cells }: Checkpoint,
  archive: Archive,
  population: Population,
  storage: Storage,
): Promise<void> {
  for (const [
    index,
    { confidence, logOdds, id, parent, generation, goalSwitches, replacements, genome: stored },
  ] of cells.entries()) {
    const sureness = { confidence, ...(logOdds !== undefined && { logOdds }) };
    const counts = { goalSwitches, ...(replacements !== undefined && { replacements }) };
    archive.restore(index, { ...sureness, id, parent, generation, ...counts });
    try {
      population.restore(index, await readGenome(storage, stored));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const advice =
        'file' in stored
          ? ` (${stored.file}); put the file back from a copy, or start a new run in another folder`
          : '; start a new run in another folder';
      throw new CheckpointError(`${checkpointPath}: ${error.message}${advice}`);
    }
  }
}

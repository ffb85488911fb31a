/** Puts a run together, new or resumed: a search on the device, and the folder that it is recorded in. */
import type { OpenRecorder } from '../../evolution/recorder.ts';
import { createSearch, type Search } from '../../evolution/search.ts';
import type { BreedingHost } from '../../genome/cppn-breeders.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Choices } from '../../gpu/tuning.ts';
import type { Model } from '../../model/model.ts';
import type { Storage } from '../../storage/storage.ts';
import { ResourceStack, freedBy, type Resource } from '../../util/resources.ts';
import { damageNotes } from '../damage-notes.ts';
import { readJson } from '../read-files.ts';
import { checkVariants, recordedChoices } from '../recorded-variants.ts';
import { picturesOf } from '../replaced-run.ts';
import { markIn, originOf, runMark } from '../run-origin.ts';
import {
  checkCells,
  checkOrigin,
  checkpointPath,
  restoreCells,
  restoredLineage,
  takeCheckpoint,
  type Checkpoint,
} from './checkpoint.ts';
import { RunFolder, type EncodePicture } from './folder.ts';
import { readRunRecord, RunFolderError } from './read.ts';
import { rebuiltCheckpoint } from './rebuilt-checkpoint.ts';
import { FolderRecorder, type SavingOptions } from './recorder.ts';
import type { RunRecord, RunSettings } from './records.ts';
import type { WriterSetup } from './save-writer.ts';
import { archiveSchema } from './schema.ts';

/** Where a run is recorded. */
export interface FolderOptions extends SavingOptions {
  readonly storage: Storage;
  /** SHA-256 of the model's file, so that a resume notices another network. */
  readonly sha256: string;
  readonly encodePicture: EncodePicture;
  /** When the run was started first, ISO 8601; now by default. */
  readonly started?: string;
}

/** A run with its settings: those of the search, its length, and how the model is called. */
export interface EvolutionSetup extends FolderOptions {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly settings: RunSettings;
  /** Bytes that the search may take on the device beside the network's; see `defaultSearchBudget`. */
  readonly memoryBudget?: number;
  /** Threads that breed CPPNs; they make no difference to what is found. */
  readonly breeding?: BreedingHost | undefined;
  /** Of a run that is resumed: its checkpoints are lost, and the archive is to stand in for them. */
  readonly fromArchive?: boolean;
}

/** A search with its recorder, for `evolveSearch`. */
export interface EvolutionRun extends Resource {
  readonly search: Search;
  readonly recorder: FolderRecorder;
  /** As `run.json` has it. */
  readonly record: RunRecord;
  /** Generations that were complete when it was opened. */
  readonly generations: number;
}

/**
 * Records a search that `evolve` makes into a folder. Once the search is ready, the files of an earlier run in it are removed.
 *
 * @example
 * using run = await evolve({ gpu, model, recorder: folderRecorder({ storage, sha256, encodePicture: encodePng }) });
 */
export function folderRecorder(options: FolderOptions): OpenRecorder {
  return async (search, generations) => {
    const { encoding, population, seed, crops, coordinates, ...rest } = search.settings;
    const settings = {
      model: search.model.name,
      encoding,
      generations,
      population,
      seed,
      crops,
      coordinates,
    };
    return (await begin(search, { ...settings, ...rest }, options)).recorder;
  };
}

/** Prepares everything on the device, and only then removes an earlier run's files; writes `run.json`. */
export async function newEvolution(setup: EvolutionSetup): Promise<EvolutionRun> {
  using made = new ResourceStack();
  const search = made.use(await searchFor(setup));
  const opened = await begin(search, setup.settings, setup);
  made.move();
  return opened;
}

async function begin(search: Search, settings: RunSettings, options: FolderOptions): Promise<EvolutionRun> {
  const run = recordOf(search, settings, options);
  const folder = new RunFolder(options.storage, options.encodePicture, run);
  await folder.clear(await picturesOf(options.storage));
  await folder.writeRun(run);
  const { encodePicture } = options;
  return opened(search, new FolderRecorder({ search, folder, encodePicture, run }, options), run);
}

/**
 * As `newEvolution`, from the folder's last checkpoint and with the kernel variants of its record.
 * @throws CheckpointError when it cannot be read or belongs to another version, model or adapter, or has other kernels
 */
export async function resumedEvolution(setup: EvolutionSetup): Promise<EvolutionRun> {
  const { storage, onWarning, fromArchive = false } = setup;
  const stored = await readRunRecord(storage);
  const rebuilt = fromArchive ? await rebuiltCheckpoint(storage, stored, onWarning) : undefined;
  const taken = rebuilt ? undefined : await takeCheckpoint(storage);
  const from = rebuilt ?? taken?.record;
  const rebuiltAt = rebuilt?.generations ?? stored.rebuiltAt;
  using made = new ResourceStack();
  const search = made.use(await searchFor(setup, recordedChoices(stored, setup.gpu)));
  const assembled = recordOf(search, setup.settings, setup, stored);
  const run = { ...assembled, ...(rebuiltAt !== undefined && { rebuiltAt }) };
  const folder = new RunFolder(storage, setup.encodePicture, run);
  if (from) await restore(search, from, stored, run, storage);
  const damagedLines = await folder.cutProgress(from?.generations ?? 0);
  await folder.writeRun(run);
  for (const note of damageNotes(taken, damagedLines)) onWarning?.(note);
  if (rebuilt)
    onWarning?.(
      `the run was rebuilt of archive.json at generation ${String(rebuilt.generations)}: from there on it is no longer the run that its seed gives`,
    );
  if (from) await goOn(search, from, taken?.path ?? checkpointPath, onWarning);
  const { encodePicture } = setup;
  const pictured = await picturedIn(storage, run, search.classes);
  const recorded = { search, folder, encodePicture, run, pictured, ...(from && { from }) };
  const resumed = opened(search, new FolderRecorder(recorded, setup), run, from?.generations);
  made.move();
  return resumed;
}

/** Puts the elites of a checkpoint back. @throws CheckpointError where it is not of this run */
async function restore(
  search: Search,
  from: Checkpoint,
  stored: RunRecord,
  run: RunRecord,
  storage: Storage,
): Promise<void> {
  checkOrigin(from, run, checkpointPath);
  checkVariants(stored, run);
  checkCells(from, search.classes, checkpointPath);
  await restoreCells(from, search.archive, search.population, storage);
}

/** Whose pictures a folder may have: those of the elites that its archive has. */
async function picturedIn(
  storage: Storage,
  run: RunRecord,
  classes: readonly number[],
): Promise<WriterSetup['pictured']> {
  try {
    const cells = (await readJson(storage, 'archive.json', archiveSchema, run.mark)) ?? [];
    return cells.map(({ class: number, id }) => [number, id] as const);
  } catch (error) {
    if (!(error instanceof RunFolderError)) throw error;
    return classes.map((number) => [number, null] as const);
  }
}

async function goOn(
  search: Search,
  from: Checkpoint,
  path: string,
  onWarning: ((text: string) => void) | undefined,
): Promise<void> {
  const lineage = restoredLineage(from, search.settings.population, (problem) => {
    onWarning?.(`${path}: ${problem}: the ancestry begins at the elites there`);
  });
  // Those that the folder has may be of another state than this one, or are yet to be drawn: all are drawn again.
  await search.resumeAt(from.generations, lineage);
}

function searchFor(
  { gpu, model, settings, memoryBudget, breeding }: EvolutionSetup,
  choices?: Choices,
): Promise<Search> {
  return createSearch({ ...settings, gpu, model, memoryBudget, breeding, choices });
}

/** @param stored the record of a run that is resumed */
function recordOf(
  { gpu, model, classifier: { program } }: Search,
  settings: RunSettings,
  { sha256, started = new Date().toISOString() }: FolderOptions,
  stored?: RunRecord,
): RunRecord {
  const origin = originOf(gpu, model, sha256);
  return {
    format: 1,
    ...origin,
    started,
    ...markIn(stored ? stored.mark : runMark(settings, origin)),
    settings,
    variants: program.variants(),
    choices: program.choices(),
    namedPictures: stored ? (stored.namedPictures ?? false) : true,
  };
}

function opened(search: Search, recorder: FolderRecorder, record: RunRecord, generations = 0): EvolutionRun {
  return { search, recorder, record, generations, ...freedBy(search) };
}

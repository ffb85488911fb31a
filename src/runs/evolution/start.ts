/** Puts a search together from its settings: model, encoding, archive, run folder; new or resumed. */
import { CppnPopulation } from '../../genome/cppn-population.ts';
import { DirectPopulation } from '../../genome/direct-population.ts';
import type { Population, PopulationSettings } from '../../genome/population.ts';
import { Archive } from '../../evolution/archive.ts';
import {
  checkCells,
  checkOrigin,
  checkpointPath,
  restoreCells,
  restoredLineage,
  takeCheckpoint,
} from './checkpoint.ts';
import type { Evolution } from '../../evolution/evolution.ts';
import { Lineage } from '../../evolution/lineage.ts';
import { checkMemory, checkPopulation, searchMemory } from '../../evolution/limits.ts';
import { RunFolder, type EncodePicture } from './folder.ts';
import type { RunRecord, RunSettings } from './records.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Choices } from '../../gpu/tuning.ts';
import { createClassifier } from '../../model/classifier.ts';
import type { Model } from '../../model/model.ts';
import type { Storage } from '../../storage/storage.ts';
import { readRunRecord } from './read.ts';
import { damageNotes } from '../damage-notes.ts';
import { rebuiltCheckpoint } from './rebuilt-checkpoint.ts';
import { checkVariants, recordedChoices } from '../recorded-variants.ts';
import { picturesOf } from '../replaced-run.ts';
import { markIn, originOf, runMark } from '../run-origin.ts';

export interface EvolutionSetup {
  readonly gpu: Gpu;
  readonly model: Model;
  /** SHA-256 of the model's file. */
  readonly sha256: string;
  readonly settings: RunSettings;
  readonly storage: Storage;
  readonly encodePicture: EncodePicture;
  /** Bytes that the search may take on the device beside the network's; see `defaultSearchBudget`. */
  readonly memoryBudget?: number;
  /** When the run was started first, ISO 8601. */
  readonly started: string;
  /** Of a run that is resumed: its checkpoints are lost, and the archive is to stand in for them. */
  readonly fromArchive?: boolean;
  /** Called with what was damaged in the folder of a run that is resumed, and how it goes on. */
  readonly onWarning?: (text: string) => void;
}

/** Classes named by the user that the model does not have. */
export class ClassError extends Error {
  override readonly name = 'ClassError';
}

/** Prepares everything on the device, and only then removes an earlier run's files; writes `run.json`. */
export async function newEvolution(setup: EvolutionSetup): Promise<Evolution> {
  const evolution = await assemble(setup);
  await evolution.folder.clear(await picturesOf(setup.storage));
  await evolution.folder.writeRun(evolution.run);
  return evolution;
}

/**
 * As `newEvolution`, from the folder's last checkpoint and with the kernel variants of its record.
 * @throws CheckpointError when it cannot be read or belongs to another version, model or adapter, or has other kernels
 */
export async function resumedEvolution(setup: EvolutionSetup): Promise<Evolution> {
  const stored = await readRunRecord(setup.storage);
  const { fromArchive = false } = setup;
  const rebuilt = fromArchive ? await rebuiltCheckpoint(setup.storage, stored, setup.onWarning) : undefined;
  const taken = rebuilt ? undefined : await takeCheckpoint(setup.storage);
  const from = rebuilt ?? taken?.record;
  const rebuiltAt = rebuilt?.generations ?? stored.rebuiltAt;
  const assembled = await assemble(setup, stored, recordedChoices(stored, setup.gpu));
  const evolution = {
    ...assembled,
    run: { ...assembled.run, ...(rebuiltAt !== undefined && { rebuiltAt }) },
  };
  if (from) {
    checkOrigin(from, evolution.run, checkpointPath);
    checkVariants(stored, evolution.run);
    checkCells(from, evolution.classes, checkpointPath);
    await restoreCells(from, evolution.archive, evolution.population, setup.storage);
  }
  const damagedLines = await evolution.folder.cutProgress(from?.generations ?? 0);
  await evolution.folder.writeRun(evolution.run);
  for (const note of damageNotes(taken, damagedLines)) setup.onWarning?.(note);
  if (rebuilt)
    setup.onWarning?.(
      `the run was rebuilt of archive.json at generation ${String(rebuilt.generations)}: from there on it is no longer the run that its seed gives`,
    );
  if (!from) return evolution;
  const lineage = restoredLineage(from, evolution.run.settings.population, (problem) => {
    setup.onWarning?.(
      `${taken?.path ?? checkpointPath}: ${problem}: the ancestry begins at the elites there`,
    );
  });
  return { ...evolution, from, lineage };
}

/** @param stored the record of a run that is resumed */
async function assemble(setup: EvolutionSetup, stored?: RunRecord, choices?: Choices): Promise<Evolution> {
  const { gpu, model, settings, storage, encodePicture } = setup;
  const classes = classesOf(model, settings.classes);
  checkPopulation(gpu, model, settings.encoding, settings.population);
  const memory = searchMemory(model, settings, classes.length);
  checkMemory(memory, model, settings, setup.memoryBudget);
  const classifier = await createClassifier(gpu, model, {
    images: settings.population,
    crops: settings.crops,
    ...(settings.randomViews && { randomViews: settings.randomViews }),
    denseStorage: settings.denseWeights ?? 'f32',
    choices,
  });
  const population = await createPopulation(gpu, settings, {
    population: settings.population,
    cells: classes.length,
    seed: settings.seed,
    extent: model.preprocessing.image,
    images: classifier.images,
  });
  const origin = originOf(gpu, model, setup.sha256);
  const run: RunRecord = {
    format: 1,
    ...origin,
    started: setup.started,
    ...markIn(stored ? stored.mark : runMark(settings, origin)),
    settings,
    variants: classifier.program.variants(),
    choices: classifier.program.choices(),
    namedPictures: stored ? (stored.namedPictures ?? false) : true,
  };
  const folder = new RunFolder(storage, encodePicture, run);
  const archive = new Archive(classes.length);
  const lineage = new Lineage();
  return { gpu, classifier, population, archive, lineage, classes, run, folder, memory };
}

/** An empty one of the settings' encoding. */
export function createPopulation(
  gpu: Gpu,
  settings: Pick<RunSettings, 'encoding' | 'coordinates'>,
  population: PopulationSettings,
): Promise<Population> {
  switch (settings.encoding) {
    case 'cppn':
      return Promise.resolve(CppnPopulation.create(gpu, population, settings.coordinates));
    case 'direct':
      return DirectPopulation.create(gpu, population);
  }
}

/** The classes that get a cell. @throws ClassError naming the first that the model does not have */
export function classesOf({ labels, name }: Model, wanted: readonly number[] | undefined): readonly number[] {
  const beyond = wanted?.find((number) => number >= labels.length);
  if (beyond !== undefined) {
    throw new ClassError(`${name} has the classes 0 to ${String(labels.length - 1)}, not ${String(beyond)}`);
  }
  return wanted ?? [...labels.keys()];
}

/** Puts an ascent together from its settings: model, network, run folder; new or resumed. */
import { AscentFolder } from './folder.ts';
import type { Ascent } from '../../ascent/ascent.ts';
import { statePath, takeState, writeFirstState, type AscentState } from './checkpoint.ts';
import { createParametrisation } from '../../ascent/parametrisation/create.ts';
import type { AscentRecord } from './records.ts';
import { ascentRecordSchema } from './schema.ts';
import type { AscentSettings } from '../../ascent/settings.ts';
import { createObjectiveGraph, type ObjectiveGraph } from '../../ascent/objective-graph.ts';
import { CheckpointError, checkOrigin } from '../evolution/checkpoint.ts';
import type { EncodePicture } from '../evolution/folder.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Choices, ChoiceTable } from '../../gpu/tuning.ts';
import { createJudge, judgeAll, type Judge } from '../../model/judge.ts';
import { likeliest, type Guess } from '../../model/likeliest.ts';
import type { Model } from '../../model/model.ts';
import type { Parameters } from '../../network/parameters.ts';
import { uploadParameters } from '../../network/upload.ts';
import { readTrials } from './read.ts';
import { readJson } from '../read-files.ts';
import type { Storage } from '../../storage/storage.ts';
import { damageNotes } from '../damage-notes.ts';
import { checkVariants, recordedChoices } from '../recorded-variants.ts';
import { picturesOf } from '../replaced-run.ts';
import { markIn, originOf, runMark } from '../run-origin.ts';

export interface AscentSetup {
  readonly gpu: Gpu;
  readonly model: Model;
  /** SHA-256 of the model's file. */
  readonly sha256: string;
  readonly settings: AscentSettings;
  readonly storage: Storage;
  readonly encodePicture: EncodePicture;
  /** The pictures that it starts from, of the size that the model looks at: bytes [channels, height, width] each. */
  readonly pictures?: readonly Uint8Array<ArrayBuffer>[];
  /** What the model takes each of them for, where that is known already: naming many takes a while. */
  readonly named?: readonly Guess[];
  /** When the run was started first, ISO 8601. */
  readonly started: string;
  /** Called with what was damaged in the folder of a run that is resumed, and how it goes on. */
  readonly onWarning?: (text: string) => void;
}

/** An ascent and what it took on the device. */
export interface AssembledAscent extends Ascent {
  destroy(): void;
}

/** Prepares everything on the device, and only then removes an earlier run's files; writes `run.json`. */
export async function newAscent(setup: AscentSetup): Promise<AssembledAscent> {
  const ascent = await assemble(setup);
  await ascent.folder.clear(await picturesOf(setup.storage));
  await ascent.folder.writeRun(ascent.run);
  const extent = setup.model.preprocessing.image;
  for (const [place, { pixels }] of (ascent.starts?.pictures ?? []).entries())
    await ascent.folder.writeStart(place, { extent, bytes: pixels });
  await writeFirstState(setup.storage, ascent.run);
  return ascent;
}

/**
 * As `newAscent`, from the folder's last checkpoint and with the kernel variants of its record.
 * @throws CheckpointError when it cannot be read or belongs to another version, model or adapter, or has other kernels
 */
export async function resumedAscent(setup: AscentSetup): Promise<AssembledAscent> {
  const taken = await takeState(setup.storage);
  const state = taken?.record;
  const stored = await readJson(setup.storage, 'run.json', ascentRecordSchema);
  const ascent = await assemble(setup, stored, recordedChoices(stored, setup.gpu));
  if (state) {
    checkOrigin(state, ascent.run, statePath);
    checkVariants(stored, ascent.run);
  }
  const from = state && (await withTrials(state, setup.storage, ascent.run));
  const damagedLines = await ascent.folder.progress.cut(
    ({ evaluations }) => evaluations <= (state?.evaluations ?? 0),
  );
  await ascent.folder.writeRun(ascent.run);
  for (const note of damageNotes(taken, damagedLines)) setup.onWarning?.(note);
  return from ? { ...ascent, from } : ascent;
}

/** @throws CheckpointError where a trial that is complete is not there: the best of all could be another */
async function withTrials(
  state: AscentState,
  storage: Storage,
  { mark }: AscentRecord,
): Promise<NonNullable<Ascent['from']>> {
  const trials = state.trial > 0 ? await readTrials(storage, mark) : [];
  if (trials.length < state.trial)
    throw new CheckpointError(
      `trials.json has ${String(trials.length)} of the ${String(state.trial)} trials that are complete: put it back from a copy, or start a new run in another folder`,
    );
  return { state, trials: trials.slice(0, state.trial) };
}

/** @param stored the record of an ascent that is resumed */
async function assemble(
  setup: AscentSetup,
  stored?: AscentRecord,
  choices?: Choices,
): Promise<AssembledAscent> {
  const { gpu, model, settings, storage, encodePicture, pictures = [] } = setup;
  const { denseWeights = 'f32' } = settings;
  const parameters = await uploadParameters(gpu, model.architecture, model.weights, model.name, denseWeights);
  const graph = await createObjectiveGraph(gpu, model, parameters, settings, choices);
  const starts = await startsOf(setup, pictures, parameters, stored?.starts ?? setup.named);
  const run = recordOf(setup, graph, starts, stored);
  return {
    gpu,
    model,
    graph,
    run,
    folder: new AscentFolder(storage, encodePicture, run.mark),
    parametrise: (objectives) => createParametrisation(graph, settings, objectives),
    ...(starts && { starts }),
    destroy() {
      graph.destroy();
      starts?.judge.destroy();
      destroyAll(parameters);
    },
  };
}

/** Most images of one call of the judge. */
const judgedAtATime = 16;

/** @param known what the pictures are named, where that was found out before */
async function startsOf(
  { gpu, model, settings }: AscentSetup,
  pictures: readonly Uint8Array<ArrayBuffer>[],
  parameters: Parameters,
  known: AscentRecord['starts'],
): Promise<Ascent['starts']> {
  if (pictures.length === 0) return undefined;
  const { denseWeights: denseStorage = 'f32' } = settings;
  const images = Math.min(pictures.length, judgedAtATime);
  const judge = await createJudge(gpu, model, images, 1, { parameters, denseStorage });
  const before = known ?? (await namesOf(judge, pictures));
  const named = pictures.map((pixels, place) => {
    const found = before[place];
    if (!found) throw new CheckpointError('run.json does not say what the pictures of the start are named');
    return { pixels, before: found };
  });
  return { pictures: named, judge };
}

/** What each picture is taken for. */
export async function namesOf(judge: Judge, pictures: readonly Uint8Array<ArrayBuffer>[]): Promise<Guess[]> {
  return (await judgeAll(judge, pictures)).flatMap((confidences) => likeliest(judge.model, confidences, 1));
}

function recordOf(
  { gpu, model, settings, sha256, started }: AscentSetup,
  { see }: ObjectiveGraph,
  starts: Ascent['starts'],
  stored: AscentRecord | undefined,
): AscentRecord {
  const origin = originOf(gpu, model, sha256);
  return {
    format: 1,
    kind: 'ascent',
    ...origin,
    started,
    ...markIn(stored ? stored.mark : runMark(settings, origin)),
    settings,
    variants: Object.assign({}, ...see.map((program) => program.variants())) as Record<string, string>,
    choices: Object.assign({}, ...see.map((program) => program.choices())) as ChoiceTable,
    ...(starts && { starts: starts.pictures.map(({ before }) => before) }),
  };
}

function destroyAll(parameters: Parameters): void {
  for (const buffer of parameters.values()) buffer.destroy();
}

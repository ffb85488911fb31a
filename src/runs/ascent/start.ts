/** Puts an ascent together from its settings: model, network, run folder; new or resumed. */
import { AscentFolder } from './folder.ts';
import type { InterruptedAscent, PreparedAscent } from '../../ascent/ascend.ts';
import { statePath, takeState, unpackTensors, writeFirstState, type AscentState } from './checkpoint.ts';
import { createParametrisation } from '../../ascent/parametrisation/create.ts';
import { ascentRecordSchema, type AscentRecord, type TrialRecord } from './schema.ts';
import type { AscentRunSettings } from './settings-schema.ts';
import { restored } from './stored-trajectory.ts';
import type { OptimiserState } from '../../ascent/optimiser/optimiser.ts';
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
import { ResourceStack, freedBy, type Resource } from '../../util/resources.ts';

/** What a recorded ascent is started of. */
export interface AscentSetup {
  readonly gpu: Gpu;
  readonly model: Model;
  /** SHA-256 of the model's file. */
  readonly sha256: string;
  readonly settings: AscentRunSettings;
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

/** An ascent that is ready on the device, with the folder that it is recorded in. */
export interface RecordedAscent extends PreparedAscent, Resource {
  readonly settings: AscentRunSettings;
  readonly run: AscentRecord;
  readonly folder: AscentFolder;
  /** What it starts from, where that is pictures, and who says what they are named after they were changed. */
  readonly starts?: { readonly pictures: readonly StartPicture[]; readonly judge: Judge };
  /** What an interrupted ascent had saved: its state, and the trials that are complete. */
  readonly saved?: { readonly state: AscentState; readonly trials: readonly TrialRecord[] };
}

/** A picture that an ascent starts from. */
export interface StartPicture {
  /** Bytes [channels, height, width] of the size that the model looks at, gray or RGB. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** What the model takes it for, before it is changed. */
  readonly before: Guess;
}

/** Prepares everything on the device, and only then removes an earlier run's files; writes `run.json`. */
export async function newAscent(setup: AscentSetup): Promise<RecordedAscent> {
  using made = new ResourceStack();
  const ascent = made.use(await assemble(setup));
  await ascent.folder.clear(await picturesOf(setup.storage));
  await ascent.folder.writeRun(ascent.run);
  const extent = setup.model.preprocessing.image;
  for (const [place, { pixels }] of (ascent.starts?.pictures ?? []).entries())
    await ascent.folder.writeStart(place, { extent, bytes: pixels });
  await writeFirstState(setup.storage, ascent.run);
  made.move();
  return ascent;
}

/**
 * As `newAscent`, from the folder's last checkpoint and with the kernel variants of its record.
 * @throws CheckpointError when it cannot be read or belongs to another version, model or adapter, or has other kernels
 */
export async function resumedAscent(setup: AscentSetup): Promise<RecordedAscent> {
  const taken = await takeState(setup.storage);
  const state = taken?.record;
  const stored = await readJson(setup.storage, 'run.json', ascentRecordSchema);
  using made = new ResourceStack();
  const ascent = made.use(await assemble(setup, stored, recordedChoices(stored, setup.gpu)));
  if (state) {
    checkOrigin(state, ascent.run, statePath);
    checkVariants(stored, ascent.run);
  }
  const saved = state && (await withTrials(state, setup.storage, ascent.run));
  const damagedLines = await ascent.folder.progress.cut(
    ({ evaluations }) => evaluations <= (state?.evaluations ?? 0),
  );
  await ascent.folder.writeRun(ascent.run);
  for (const note of damageNotes(taken, damagedLines)) setup.onWarning?.(note);
  made.move();
  return saved ? { ...ascent, saved, from: interrupted(setup, saved.state) } : ascent;
}

function interrupted({ gpu, storage, settings }: AscentSetup, state: AscentState): InterruptedAscent {
  const { trial, iteration, evaluations, slots, starts, courses } = state;
  const trajectories = courses.map((stored, index) => {
    const objective = settings.objectives[index];
    if (!objective) throw new Error('a trajectory without an objective');
    return restored(objective, stored);
  });
  const load = (into: OptimiserState) => unpackTensors(gpu, storage, state, into);
  return { trial, iteration, evaluations, lanes: slots, starts, trajectories, load };
}

/** @throws CheckpointError where a trial that is complete is not there: the best of all could be another */
async function withTrials(
  state: AscentState,
  storage: Storage,
  { mark }: AscentRecord,
): Promise<NonNullable<RecordedAscent['saved']>> {
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
): Promise<RecordedAscent> {
  const { gpu, model, settings, storage, encodePicture, pictures = [] } = setup;
  const { denseWeights = 'f32' } = settings;
  using made = new ResourceStack();
  const { architecture, weights, name } = model;
  const parameters = made.use(await uploadParameters(gpu, architecture, weights, name, denseWeights));
  const graph = made.use(await createObjectiveGraph(gpu, model, parameters, settings, choices));
  const starts = await startsOf(setup, pictures, parameters, stored?.starts ?? setup.named);
  made.use(starts?.judge);
  const run = recordOf(setup, graph, starts, stored);
  return {
    gpu,
    model,
    graph,
    settings,
    run,
    folder: new AscentFolder(storage, encodePicture, run.mark),
    parametrise: (objectives) => createParametrisation(graph, settings, objectives),
    ...(starts && { starts, startPictures: starts.pictures.map(({ pixels }) => pixels) }),
    ...freedBy(made.move()),
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
): Promise<RecordedAscent['starts']> {
  if (pictures.length === 0) return undefined;
  const { denseWeights: denseStorage = 'f32' } = settings;
  const images = Math.min(pictures.length, judgedAtATime);
  using made = new ResourceStack();
  const judge = made.use(await createJudge(gpu, model, images, 1, { parameters, denseStorage }));
  const before = known ?? (await namesOf(judge, pictures));
  const named = pictures.map((pixels, place) => {
    const found = before[place];
    if (!found) throw new CheckpointError('run.json does not say what the pictures of the start are named');
    return { pixels, before: found };
  });
  made.move();
  return { pictures: named, judge };
}

/** What each picture is taken for. */
export async function namesOf(judge: Judge, pictures: readonly Uint8Array<ArrayBuffer>[]): Promise<Guess[]> {
  return (await judgeAll(judge, pictures)).flatMap((confidences) => likeliest(judge.model, confidences, 1));
}

function recordOf(
  { gpu, model, settings, sha256, started }: AscentSetup,
  { see }: ObjectiveGraph,
  starts: RecordedAscent['starts'],
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

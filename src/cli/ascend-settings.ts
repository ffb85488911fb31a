/** From options to the settings of an ascent: classes by name, pictures, ranges and genomes out of files. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkSettings } from '../ascent/check-settings.ts';
import type { Objective } from '../ascent/objective/objective.ts';
import { classObjectives, leavingObjective, parseObjective } from '../ascent/objective/parse-objective.ts';
import { presets } from '../ascent/optimiser/presets.ts';
import { defaultRanges, parseRanges } from '../ascent/search/ranges.ts';
import { comparisonTrials, sampleTrials } from '../ascent/search/trials.ts';
import type { ParametrisationSettings, Trial } from '../ascent/settings.ts';
import type { CppnGenome } from '../genome/genome.ts';
import { messageOf } from '../util/message-of.ts';
import { fitImage } from '../image/fit-image.ts';
import type { Model } from '../model/model.ts';
import { FileStorage } from '../node/file-storage.ts';
import { ImageFileError, decodeImage, type OnNote } from '../node/image-file.ts';
import { readImageFile } from '../node/image-folder.ts';
import { readRegular } from '../node/read-regular.ts';
import { sha256Of } from '../node/sha256.ts';
import { findPictures } from '../node/start-folder.ts';
import type { AscentRunSettings, RecordedStart, StartFile } from '../runs/ascent/settings-schema.ts';
import { readRun } from '../runs/evolution/read.ts';
import { ballOf, climbFrom, transformationOf, refuseUseless, type AscendOptions } from './ascend-options.ts';
import { classesNamed } from './named-classes.ts';
import { noteTo, type Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What was asked for, as far as it is known before there is a device. */
export interface AskedAscent {
  readonly settings: Omit<AscentRunSettings, 'batch' | 'objectives'>;
  /** @param named the class that the network names each picture, where the objectives follow from that */
  readonly objectives: (named: readonly number[]) => readonly Objective[];
  readonly needsNames: boolean;
  /** What it starts from, each of the size that the model looks at: bytes [channels, height, width]. */
  readonly pictures: readonly Uint8Array<ArrayBuffer>[];
}

/** @throws UsageError, ObjectiveError, AscentSettingsError for what cannot be; ImageFileError for a picture that cannot be read */
export async function askedFor(
  options: AscendOptions,
  model: Model,
  terminal: Terminal,
): Promise<AskedAscent> {
  refuseUseless(options);
  const preset = presets[options.preset];
  const wanted = wantedOf(options, model);
  const { start, pictures } = await startOf(options, model, terminal);
  const ball = ballOf(options);
  const transformation = transformationOf(options);
  const { model: name, denseWeights, seed, until } = options;
  const settings = {
    model: name,
    ...(denseWeights === 'f16' && { denseWeights }),
    steps: options.steps ?? preset.steps,
    seed,
    start,
    parametrisation: await parametrisationOf(options, terminal),
    trials: await trialsOf(options),
    ...(ball && { ball }),
    ...(transformation && { transformation }),
    ...(until !== undefined && { until }),
  };
  const needsNames = wanted === 'another class' && !isLabelled(start);
  const objectives = (named: readonly number[]) => objectivesOf(options, wanted, start, named, model);
  const example = objectives(needsNames ? pictures.map(() => 0) : []);
  if (example.length === 0)
    throw new UsageError(`--class: every picture of ${String(options.start)} shows that class already`);
  checkSettings({ ...settings, objectives: example, batch: options.batch ?? 4 }, model);
  if (options.blurEvery !== undefined && !settings.trials.some(({ climb }) => climb.blur))
    throw new UsageError('--blur-every without --blur: say of how many pixels the blur is to be');
  return { settings, objectives, needsNames, pictures };
}

/** Objectives that hold whatever it starts from; or that pictures be named another class. */
type Wanted = readonly Objective[] | 'another class';

function wantedOf(options: AscendOptions, model: Model): Wanted {
  const { class: list, unit, objective, avoid, preset, untargeted, start } = options;
  const given = [list, unit, untargeted || undefined].filter((one) => one !== undefined);
  if (given.length !== 1)
    throw new UsageError(
      'say what is to be climbed: either --class (a list, or all), --unit, or, of pictures, --untargeted',
    );
  if (untargeted) {
    if (avoid !== undefined)
      throw new UsageError(
        '--avoid belongs to --class: --untargeted leaves the one class that each picture shows',
      );
    if (start === undefined || noPictures.includes(start))
      throw new UsageError('--untargeted without pictures to be changed: give one or a folder with --start');
    return 'another class';
  }
  if (unit) {
    if (avoid !== undefined || objective !== undefined)
      throw new UsageError(
        '--avoid and --objective belong to --class; with --unit write the sum, e.g. "logit:12 - 0.5 * logit:7"',
      );
    return unit.map((text) => parseObjective(text, model));
  }
  const wanted =
    list === 'all' ? [...model.labels.keys()] : classesNamed('--class', list ?? '', model.labels);
  const unwanted = avoid === undefined ? [] : classesNamed('--avoid', avoid, model.labels);
  return classObjectives(wanted, objective ?? presets[preset].measure, unwanted, model);
}

const isLabelled = (start: RecordedStart): boolean =>
  start.from === 'pictures' && start.pictures.every((picture) => picture.class !== undefined);

/** Of several pictures each has objectives of its own, but for the class that it shows already. */
function objectivesOf(
  { objective, preset }: AscendOptions,
  wanted: Wanted,
  start: RecordedStart,
  named: readonly number[],
  model: Model,
): readonly Objective[] {
  const measure = objective ?? presets[preset].measure;
  const leaving = (shown = 0) => leavingObjective(shown, measure, model, model.labels[shown]);
  if (start.from !== 'pictures') return wanted === 'another class' ? [leaving(named[0])] : wanted;
  return start.pictures.flatMap(({ file, class: shown }, picture) => {
    const own =
      wanted === 'another class'
        ? [leaving(shown ?? named[picture])]
        : wanted.filter(({ watched }) => watched === null || watched !== shown);
    return own.map((one): Objective => ({ ...one, name: `${file}: ${one.name}`, picture }));
  });
}

const noPictures: readonly string[] = ['gaussian', 'uniform', 'mean'];

/** More would not fit in memory, nor on a page. */
const mostPictures = 10_000;

interface FoundStart {
  readonly start: RecordedStart;
  readonly pictures: readonly Uint8Array<ArrayBuffer>[];
}

/** What it starts from, and the pictures where it is some. */
async function startOf(
  { start, noise, param, preset }: AscendOptions,
  model: Model,
  terminal: Terminal,
): Promise<FoundStart> {
  const { noise: usual, ball } = presets[preset];
  if (param === 'cppn') {
    if (start !== undefined || noise !== undefined)
      throw new UsageError('--param cppn starts from its genomes: leave --start and --noise out');
    return { start: { from: 'mean' }, pictures: [] };
  }
  if (start === undefined && ball)
    throw new UsageError(`--preset ${preset} changes a picture: say which with --start FILE`);
  const from = start ?? 'gaussian';
  if (from === 'mean') {
    if (noise !== undefined) throw new UsageError('--start mean has no noise: leave --noise out');
    return { start: { from }, pictures: [] };
  }
  if (from === 'gaussian' || from === 'uniform')
    return { start: { from, size: noise ?? Math.max(1, usual) }, pictures: [] };
  if (!existsSync(from))
    throw new UsageError(
      `--start ${from}: expected gaussian, uniform, mean, a picture file or a folder of pictures`,
    );
  const size = noise ?? (ball ? usual : 0);
  if (statSync(from).isDirectory()) return startOfFolder(from, size, model, terminal);
  const { pixels, sha256, otherSize } = await readStart(from, model, noteTo(terminal));
  if (otherSize !== undefined) terminal.note(`${from} is ${otherSize}, ${looksAt(model)}: it is resized`);
  return { start: { from: 'picture', file: from, sha256, noise: size }, pictures: [pixels] };
}

/** A picture that cannot be read is told and left out. */
async function startOfFolder(
  folder: string,
  noise: number,
  model: Model,
  terminal: Terminal,
): Promise<FoundStart> {
  const found = await findPictures(folder, model.labels);
  if (found.length > mostPictures)
    throw new UsageError(
      `--start ${folder} holds ${String(found.length)} pictures, more than the ${String(mostPictures)} of one run: take a part of them`,
    );
  const files: StartFile[] = [];
  const pictures: Uint8Array<ArrayBuffer>[] = [];
  let resized = 0;
  for (const picture of found) {
    try {
      const { pixels, sha256, otherSize } = await readStart(
        join(folder, picture.file),
        model,
        noteTo(terminal),
      );
      if (otherSize !== undefined) resized++;
      files.push({ ...picture, sha256 });
      pictures.push(pixels);
    } catch (error) {
      if (!(error instanceof ImageFileError)) throw error;
      terminal.fail(`${error.message}: left out`);
    }
  }
  if (pictures.length === 0) throw new ImageFileError(`${folder} holds no picture that can be read`);
  if (resized > 0)
    terminal.note(
      `${String(resized)} of ${String(pictures.length)} pictures are of another size, ${looksAt(model)}: they are resized`,
    );
  return { start: { from: 'pictures', folder, pictures: files, noise }, pictures };
}

/** A resumed ascent reads its pictures again, which must still be those that it began with. */
export async function storedAscent(
  { objectives, ...settings }: AscentRunSettings,
  model: Model,
): Promise<AskedAscent> {
  const { start } = settings;
  const files =
    start.from === 'picture'
      ? [start]
      : start.from === 'pictures'
        ? start.pictures.map(({ file, sha256 }) => ({ file: join(start.folder, file), sha256 }))
        : [];
  const pictures: Uint8Array<ArrayBuffer>[] = [];
  for (const { file, sha256 } of files) pictures.push((await readStart(file, model, ignored, sha256)).pixels);
  return { settings, objectives: () => objectives, needsNames: false, pictures };
}

/** It was told when the ascent began. */
const ignored: OnNote = () => undefined;

const looksAt = ({ preprocessing, name }: Model): string =>
  `${name} looks at ${preprocessing.image.join(' × ')}`;

interface ReadStart {
  /** Of the size that the model looks at. */
  readonly pixels: Uint8Array<ArrayBuffer>;
  readonly sha256: string;
  /** Of the file, where it is another. */
  readonly otherSize?: string;
}

/** @param expected SHA-256 of the file, where it must be the same as before */
async function readStart(
  file: string,
  { preprocessing }: Model,
  onNote: OnNote,
  expected?: string,
): Promise<ReadStart> {
  const bytes = await readImageFile(file);
  const sha256 = sha256Of(bytes);
  if (expected !== undefined && sha256 !== expected)
    throw new ImageFileError(`${file} is another picture than the one that this ascent started from`);
  const image = decodeImage(bytes, file, undefined, onNote);
  const size = image.extent.join(' × ');
  return {
    pixels: fitImage(image, preprocessing.image).bytes,
    sha256,
    ...(size !== preprocessing.image.join(' × ') && { otherSize: size }),
  };
}

async function parametrisationOf(
  { param, coordinates, mutations, genomes }: AscendOptions,
  terminal: Terminal,
): Promise<ParametrisationSettings> {
  if (param !== 'cppn') {
    if (genomes !== undefined) throw new UsageError('--genomes belongs to --param cppn');
    return { kind: param };
  }
  if (genomes === undefined) return { kind: param, coordinates, mutations };
  const { run, cells } = await readRun(new FileStorage(genomes), genomes);
  const found = cells.flatMap(({ genome }): CppnGenome[] => (genome.encoding === 'cppn' ? [genome] : []));
  if (found.length === 0) throw new UsageError(`${genomes} holds no CPPNs: its encoding is direct`);
  terminal.note(`climbing the CPPNs of ${String(found.length)} elites, class by class`);
  return { kind: param, coordinates: run.settings.coordinates, mutations, genomes: found };
}

async function trialsOf(options: AscendOptions): Promise<Trial[]> {
  const { search, ranges, compare, seed } = options;
  const climb = climbFrom(options);
  if (compare && search !== undefined)
    throw new UsageError('--compare and --search are two different series of trials: choose one');
  if (ranges !== undefined && search === undefined) throw new UsageError('--ranges belongs to --search');
  if (compare) return comparisonTrials(climb);
  if (search === undefined) return [{ name: options.preset, climb }];
  const drawn =
    ranges === undefined ? defaultRanges(climb.step.rule) : parseRanges(await readJson(ranges), ranges);
  return sampleTrials(drawn, climb, search, seed);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(new TextDecoder().decode(await readRegular(file)));
  } catch (error) {
    throw new UsageError(`--ranges ${file}: ${messageOf(error)}`);
  }
}

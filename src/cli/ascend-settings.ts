/** From options to the settings of an ascent: classes by name, pictures, ranges and genomes out of files. */
import { existsSync } from 'node:fs';
import { checkSettings } from '../ascent/check-settings.ts';
import type { Objective } from '../ascent/objective.ts';
import { classObjectives, parseObjective } from '../ascent/parse-objective.ts';
import { presets } from '../ascent/presets.ts';
import { defaultRanges, parseRanges } from '../ascent/ranges.ts';
import { comparisonTrials, sampleTrials } from '../ascent/search.ts';
import type { AscentSettings, ParametrisationSettings, Start, Trial } from '../ascent/settings.ts';
import type { CppnGenome } from '../encodings/encoding.ts';
import { messageOf } from '../message-of.ts';
import { fitImage } from '../models/fit-image.ts';
import type { Model } from '../models/model.ts';
import { FileStorage } from '../node/file-storage.ts';
import { ImageFileError, decodeImage } from '../node/image-file.ts';
import { readImageFile } from '../node/image-folder.ts';
import { readRegular } from '../node/read-regular.ts';
import { sha256Of } from '../node/sha256.ts';
import { readRun } from '../report/read-run.ts';
import { ballOf, climbFrom, transformationOf, uselessOption, type AscendOptions } from './ascend-options.ts';
import { classesNamed } from './named-classes.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** Settings without the batch, which follows from the adapter, and the picture that they start from. */
export interface AskedAscent {
  readonly settings: Omit<AscentSettings, 'batch'>;
  /** Bytes [channels, height, width] of the size that the model looks at. */
  readonly picture?: Uint8Array<ArrayBuffer>;
}

/** @throws UsageError, ObjectiveError, AscentSettingsError for what cannot be; ImageFileError for a picture that cannot be read */
export async function askedFor(
  options: AscendOptions,
  model: Model,
  terminal: Terminal,
): Promise<AskedAscent> {
  const useless = uselessOption(options);
  if (useless !== undefined) throw new UsageError(`${useless}: leave it out`);
  const preset = presets[options.preset];
  const objectives = objectivesOf(options, model);
  const { start, picture } = await startOf(options, model, terminal);
  const ball = ballOf(options);
  const transformation = transformationOf(options);
  const { model: name, denseWeights, seed, until } = options;
  const settings = {
    model: name,
    ...(denseWeights === 'f16' && { denseWeights }),
    objectives,
    steps: options.steps ?? preset.steps,
    seed,
    start,
    parametrisation: await parametrisationOf(options, terminal),
    trials: await trialsOf(options),
    ...(ball && { ball }),
    ...(transformation && { transformation }),
    ...(until !== undefined && { until }),
  };
  checkSettings({ ...settings, batch: options.batch ?? 4 }, model);
  if (options.blurEvery !== undefined && !settings.trials.some(({ climb }) => climb.blur))
    throw new UsageError('--blur-every without --blur: say of how many pixels the blur is to be');
  return { settings, ...(picture && { picture }) };
}

function objectivesOf(
  { class: list, unit, objective, avoid, preset }: AscendOptions,
  model: Model,
): Objective[] {
  if ((list === undefined) === (unit === undefined))
    throw new UsageError('say what is to be climbed: either --class (a list, or all) or --unit');
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

/** What it starts from, and the picture where it is one. */
async function startOf(
  { start, noise, param, preset }: AscendOptions,
  model: Model,
  terminal: Terminal,
): Promise<{ readonly start: Start; readonly picture?: Uint8Array<ArrayBuffer> }> {
  const { noise: usual, ball } = presets[preset];
  if (param === 'cppn') {
    if (start !== undefined || noise !== undefined)
      throw new UsageError('--param cppn starts from its genomes: leave --start and --noise out');
    return { start: { from: 'mean' } };
  }
  if (start === undefined && ball)
    throw new UsageError(`--preset ${preset} changes a picture: say which with --start FILE`);
  const from = start ?? 'gaussian';
  if (from === 'mean') {
    if (noise !== undefined) throw new UsageError('--start mean has no noise: leave --noise out');
    return { start: { from } };
  }
  if (from === 'gaussian' || from === 'uniform')
    return { start: { from, size: noise ?? Math.max(1, usual) } };
  if (!existsSync(from))
    throw new UsageError(`--start ${from}: expected gaussian, uniform, mean or a picture file`);
  const { pixels, sha256 } = await readStart(from, model, terminal);
  const size = noise ?? (ball ? usual : 0);
  return { start: { from: 'picture', file: from, sha256, noise: size }, picture: pixels };
}

/**
 * The picture at the size that the model looks at; a note says where that is another.
 * @param expected SHA-256 of the file, where it must be the same as before
 */
export async function readStart(
  file: string,
  { preprocessing, name }: Model,
  terminal: Terminal,
  expected?: string,
): Promise<{ readonly pixels: Uint8Array<ArrayBuffer>; readonly sha256: string }> {
  const [channels, height, width] = preprocessing.image;
  const bytes = await readImageFile(file);
  const sha256 = sha256Of(bytes);
  if (expected !== undefined && sha256 !== expected)
    throw new ImageFileError(`${file} is another picture than the one that this ascent started from`);
  const image = decodeImage(bytes, file, undefined, (text) => {
    terminal.note(text);
  });
  const size = [image.channels, image.height, image.width];
  if (size.join() !== preprocessing.image.join()) {
    terminal.note(
      `${file} is ${size.join(' × ')}, ${name} looks at ${preprocessing.image.join(' × ')}: it is resized`,
    );
  }
  return { pixels: fitImage(image, [channels === 1 ? 1 : 3, height, width]), sha256 };
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

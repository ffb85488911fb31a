/** `fool import`: weights of other programs into one safetensors file with preprocessing and labels. */
import { existsSync, statSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ClassNames } from '../../datasets/class-names.ts';
import { readLabels } from '../../formats/label-file.ts';
import { readMeanImage } from '../../formats/mean-image.ts';
import { readWeights } from '../../formats/read-weights.ts';
import { presentable } from '../../formats/refusal.ts';
import { WeightFileError } from '../../formats/weight-file-error.ts';
import { architectureNames } from '../../model/architectures/index.ts';
import {
  importModel,
  importPreprocessing,
  type ImportOptions,
  type Imported,
} from '../../weights/import-model.ts';
import { writeModel } from '../../model/model.ts';
import { numbersOf } from '../../model/preprocessing.ts';
import { findWeightFile, readWeightBytes, UnknownModelError } from '../../node/model-file.ts';
import { saveFile } from '../../node/save-file.ts';
import { sha256Of } from '../../node/sha256.ts';
import { checkImported, type KnownImages } from '../check-known.ts';
import { withExamples } from '../help.ts';
import { formatCount } from '../../report/format.ts';
import type { Invocation } from '../io.ts';
import { wholeNumber, withCommon, type CommonOptions } from '../options.ts';
import { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface ImportCommandOptions extends CommonOptions {
  readonly arch?: string;
  readonly out: string;
  readonly mean?: string;
  readonly scale?: readonly number[];
  readonly channels?: 'rgb' | 'bgr';
  readonly image?: number;
  readonly labels?: string;
  readonly ignore: readonly string[];
  readonly check: readonly string[];
}

export function addImport(program: Command, invocation: Invocation): void {
  const command = withCommon(
    program
      .command('import <file>')
      .description(
        'turn weights (.caffemodel, .onnx, .pth, .safetensors, or the name of fetched ones) into a model file',
      ),
  )
    .optionsGroup('The model:')
    .addOption(
      new Option('--arch <name>', 'what the weights are of; a safetensors file may say it itself').choices([
        ...architectureNames,
      ]),
    )
    .requiredOption('--out <file>', 'model file to write (.safetensors)')
    .optionsGroup('How it was fed:')
    .option(
      '--mean <file|values>',
      'mean.binaryproto or mean.npy, or a value per channel in the network’s order',
    )
    .option(
      '--scale <values>',
      'what a pixel minus the mean is multiplied by; one, or one per channel',
      numbers,
    )
    .addOption(
      new Option('--channels <order>', 'order of colours that the network wants').choices(['rgb', 'bgr']),
    )
    .option('--image <side>', 'side of the images that are judged, before the crop', wholeNumber(1, 4096))
    .optionsGroup('The model:')
    .option(
      '--labels <file>',
      'names of the classes: text, one a line, or JSON (a list; an object, class → name or name → class; a config with id2label)',
    )
    .option(
      '--ignore <name>',
      'a tensor or layer of the file that is no part of the network (* for any text); may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .option(
      '--check <known>',
      'IMAGE:CLASS, mnist, or a folder with a subfolder per class: judge it before writing; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [] as readonly string[],
    )
    .action((file: string, options: ImportCommandOptions) =>
      runImport(file, options, new Terminal(options, invocation)),
    );
  withExamples(command, [
    [
      'fool import lenet.onnx --arch lenet --out lenet.safetensors --check mnist',
      'and tries it before it is written',
    ],
    [
      'fool import net.caffemodel --arch caffenet --mean mean.npy --labels names.txt --out net.safetensors',
      'with its own mean and names',
    ],
  ]);
}

async function runImport(file: string, options: ImportCommandOptions, terminal: Terminal): Promise<void> {
  if (extname(options.out) !== '.safetensors')
    throw new UsageError(`--out ${options.out}: a model file's name ends with .safetensors`);
  const path = weightFile(file);
  const weights = readWeights(await readWeightBytes(path), path);
  const name = basename(options.out, '.safetensors');
  const said = await saidByUser(options);
  const imported = importModel(weights, path, name, said);
  report(imported, terminal);
  const check = await checkImported(
    imported.model,
    knownThings(imported, options.check),
    (change) => importPreprocessing(weights, path, imported.model.architecture, { ...said, ...change }),
    options.adapter,
    terminal,
  );
  const { model, mapped, ignored } = imported;
  if (check?.passed === false) {
    terminal.json({ file: path, format: weights.format, architecture: model.architecture.name, check });
    throw new WeightFileError(`${path} was read, but fails its check; ${options.out} is not written`);
  }
  const bytes = writeModel(model);
  await saveFile(options.out, bytes);
  terminal.line(`model: ${options.out}`);
  const { image, crop, scale, channelOrder } = model.preprocessing;
  terminal.json({
    file: path,
    format: weights.format,
    architecture: model.architecture.name,
    classes: model.labels.length,
    preprocessing: { image, crop, scale, channels: channelOrder },
    mapped,
    ignored: ignored.map(({ name: part, reason }) => ({ name: part, reason: terminal.said(reason) })),
    ...(check ? { check } : {}),
    out: options.out,
    bytes: bytes.length,
    sha256: sha256Of(bytes),
  });
}

/** @throws WeightFileError: a file that is not there is no wrong usage */
function weightFile(name: string): string {
  try {
    return findWeightFile(name);
  } catch (error) {
    throw error instanceof UnknownModelError ? new WeightFileError(error.sentence) : error;
  }
}

function report({ model, mapped, ignored }: Imported, terminal: Terminal): void {
  // Names and labels are the file's.
  const line = (text: string) => {
    terminal.line(presentable(text));
  };
  for (const { from = '–', to, shape, note } of mapped)
    line(`  ${from} → ${to} [${shape.join(', ')}]${note === undefined ? '' : ` (${note})`}`);
  for (const { name, reason } of ignored) line(`  ${name}: ignored, ${terminal.said(reason)}`);
  const { image, crop, scale, channelOrder } = model.preprocessing;
  line(
    `${model.architecture.name}, ${formatCount(model.labels.length, 'class', 'classes')} (${model.labels[0] ?? ''} … ${model.labels.at(-1) ?? ''})`,
  );
  line(
    `sees ${String(crop)} of ${String(image[1])} pixels, ${channelOrder}, minus the mean, times ${scale.join(', ')}; nothing is missing`,
  );
}

async function saidByUser(options: ImportCommandOptions): Promise<ImportOptions> {
  const { arch, mean, scale, channels, image, labels, ignore } = options;
  return {
    ...(arch === undefined ? {} : { architecture: arch }),
    ...(mean === undefined ? {} : { mean: await readMean(mean) }),
    ...(scale === undefined ? {} : { scale }),
    ...(channels === undefined ? {} : { channelOrder: channels }),
    ...(image === undefined ? {} : { imageSide: image }),
    ignore,
    ...(labels === undefined ? {} : { labels: readLabels(await readWeightBytes(labels), labels) }),
    from: {
      ...(mean === undefined ? {} : { mean: isValues(mean) ? '--mean' : mean }),
      ...(scale === undefined ? {} : { scale: '--scale' }),
      ...(channels === undefined ? {} : { channels: '--channels' }),
      ...(image === undefined ? {} : { image: '--image' }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

/** Whether the text is of numbers, rather than a file's name. */
const isValues = (mean: string): boolean => /^[\d.,+\-e\s]+$/i.test(mean);

async function readMean(text: string): Promise<NonNullable<ImportOptions['mean']>> {
  if (isValues(text)) {
    const values = numbersOf(text);
    if (values) return values;
    throw new UsageError(`--mean ${text}: expected a file, or numbers with commas between them`);
  }
  return readMeanImage(await readWeightBytes(text), text);
}

/** What --check names: a data set, or pictures with their classes. */
function knownThings({ model }: Imported, checks: readonly string[]): KnownImages {
  const names = new ClassNames(model.labels);
  const pictures: { file: string; target: number }[] = [];
  const datasets: string[] = [];
  for (const check of checks) {
    if (check === 'mnist' || (existsSync(check) && statSync(check).isDirectory())) {
      datasets.push(check);
      continue;
    }
    const colon = check.lastIndexOf(':');
    if (colon < 1) throw new UsageError(`--check ${check}: expected IMAGE:CLASS, mnist or a folder`);
    const target = names.find(check.slice(colon + 1));
    if (typeof target === 'string') throw new UsageError(`--check ${check}: ${target}`);
    pictures.push({ file: check.slice(0, colon), target });
  }
  return { pictures, datasets };
}

function numbers(text: string): readonly number[] {
  const values = numbersOf(text);
  if (values) return values;
  throw new InvalidArgumentError('Expected numbers with commas between them.');
}

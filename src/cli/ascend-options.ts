/** The options of `fool ascend`, and the settings that they add up to. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  hyperparameterNames,
  hyperparameters,
  stepRules,
  usedBy,
  type FlatClimb,
  type Hyperparameter,
  type RuleName,
} from '../ascent/optimiser/hyperparameters.ts';
import { classMeasures, type ClassMeasure } from '../ascent/objective/objective.ts';
import { climbOfPreset, presets, presetNames, type PresetName } from '../ascent/optimiser/presets.ts';
import { mostMutations, type Ball, type Climb, type Transformation } from '../ascent/settings.ts';
import { AscentSettingsError } from '../ascent/settings-error.ts';
import { sentence, setting } from '../util/sentence.ts';
import { groups } from './help.ts';
import { wholeNumber, withModel, type ModelOptions } from './options.ts';

/** Hyper-parameters that go by another name on the command line. */
const otherNames = { blurRadius: 'blur' } as const satisfies Partial<Record<Hyperparameter, string>>;

type NumberOptions = {
  readonly [
    Name in Hyperparameter as Name extends keyof typeof otherNames ? (typeof otherNames)[Name] : Name
  ]?: number;
};

export interface AscendOptions extends ModelOptions, NumberOptions {
  readonly class?: string;
  readonly unit?: readonly string[];
  readonly objective?: ClassMeasure;
  readonly avoid?: string;
  readonly untargeted: boolean;
  readonly preset: PresetName;
  readonly steps?: number;
  readonly seed: number;
  readonly start?: string;
  readonly noise?: number;
  readonly stepRule?: RuleName;
  readonly ball?: Ball['norm'];
  readonly radius?: number;
  readonly param: 'pixel' | 'fourier' | 'cppn';
  readonly coordinates: 'pixels' | 'normalised';
  readonly mutations: number;
  readonly genomes?: string;
  readonly jitter?: number;
  readonly rotate?: number;
  readonly scale?: number;
  readonly until?: number;
  readonly batch?: number;
  readonly search?: number;
  readonly ranges?: string;
  readonly compare: boolean;
  readonly animate: boolean;
  readonly checkpointEvery: number;
  readonly out: string;
  readonly resume: boolean;
  readonly replace: boolean;
}

/** Declares them; what is in range and fits together is checked with the model at hand. */
export function withAscend(command: Command): Command {
  const collect = (text: string, earlier: readonly string[] = []) => [...earlier, text];
  const declared = withModel(command)
    .optionsGroup('What is climbed:')
    .option('--class <list>', 'classes to climb: numbers or names with commas between them, or all')
    .option(
      '--unit <sum>',
      'a unit, layer:channel[,x,y], or a weighted sum, e.g. "logit:12 - 0.5 * conv5:7,6,6"; may be repeated',
      collect,
    )
    .addOption(
      new Option('--objective <measure>', 'what of a class is climbed (default: by the preset)').choices([
        ...classMeasures,
      ]),
    )
    .option('--avoid <list>', 'classes that are to stay unlikely')
    .option(
      '--untargeted',
      'change the pictures of --start until they are named another class, whichever it is: not that of their subfolder, else not the one that the network names',
      false,
    )
    .optionsGroup('How it climbs:')
    .addOption(
      new Option('--preset <name>', 'settings to start from, which other options change')
        .choices([...presetNames])
        .default('default'),
    )
    .option('--steps <n>', 'most iterations (default: 255, or by the preset)', wholeNumber(1))
    .option('--until <confidence>', 'an image is done when its confidence reaches this', number)
    .option('--seed <n>', 'of all random numbers', wholeNumber(0), 1)
    .optionsGroup('Where it starts:')
    .option(
      '--start <what>',
      'gaussian or uniform noise on the mean image, mean, a picture, or a folder of pictures or of a subfolder for each class',
    )
    .option('--noise <size>', 'deviation or half width of that noise, in bytes', number)
    .optionsGroup('Steps:')
    .addOption(new Option('--step-rule <rule>', 'how far a step goes').choices([...stepRules]));
  addNumbers(declared, ['length', 'movement']);
  declared.optionsGroup('What keeps the image simple, or near its start:');
  addNumbers(declared, ['regulariser']);
  return withImageAndFolder(declared);
}

/** Where images stay, how they are drawn and shown, trials, and the run's folder. */
function withImageAndFolder(declared: Command): Command {
  return declared
    .addOption(new Option('--ball <norm>', 'keep the image around its start').choices(['l2', 'linf']))
    .option('--radius <size>', 'of the ball, in bytes', number)
    .optionsGroup('How the picture is drawn and shown:')
    .addOption(
      new Option('--param <name>', 'what is climbed: pixels, waves, or the weights of a CPPN')
        .choices(['pixel', 'fourier', 'cppn'])
        .default('pixel'),
    )
    .addOption(
      new Option('--coordinates <frame>', 'what a CPPN sees as x and y')
        .choices(['pixels', 'normalised'])
        .default('normalised'),
    )
    .option('--mutations <n>', 'by which a random CPPN has grown', wholeNumber(0, mostMutations), 10)
    .option('--genomes <folder>', 'climb the CPPNs of the elites of an evolution’s run folder')
    .option('--jitter <pixels>', 'show the network the picture moved by up to so many pixels', number)
    .option('--rotate <degrees>', 'and turned by up to so many degrees', number)
    .option('--scale <share>', 'and enlarged or shrunk by up to this share', number)
    .addOption(
      new Option('--batch <n>', 'images side by side, a multiple of 4 (default: as memory allows)')
        .argParser(wholeNumber(4))
        .helpGroup(groups.device),
    )
    .optionsGroup('Trials:')
    .option('--search <n>', 'try so many random settings and keep the best', wholeNumber(2, 10_000))
    .option('--ranges <file>', 'JSON file of the ranges that --search draws from')
    .option('--compare', 'the regularisers side by side, each as a run of its own', false)
    .optionsGroup(groups.folder)
    .option('--animate', 'write the film strips as animated GIFs as well', false)
    .option('--checkpoint-every <seconds>', 'between checkpoints, at least', wholeNumber(0), 5)
    .option('--out <folder>', 'run folder', 'runs/ascent')
    .option('--resume', 'go on with the ascent in the folder', false)
    .option('--replace', 'delete the run in the folder first', false);
}

/** An option for each hyper-parameter of these parts, in the order of their rows. */
function addNumbers(command: Command, parts: readonly string[]): void {
  for (const name of hyperparameterNames) {
    const { part, unit, about, least } = hyperparameters[name];
    if (!parts.includes(part)) continue;
    const words = optionOf(name).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    const isWhole = 'whole' in hyperparameters[name];
    command.option(`--${words} <${unit}>`, about, isWhole ? wholeNumber(least) : number);
  }
}

const optionOf = (name: Hyperparameter): keyof NumberOptions =>
  name === 'blurRadius' ? otherNames.blurRadius : name;

function number(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (Number.isFinite(value)) return value;
  throw new InvalidArgumentError('Expected a number.');
}

/** Options that a resumed ascent takes; everything else is in its run folder. */
export const resumeOptions: readonly string[] = [
  'out',
  'resume',
  'adapter',
  'json',
  'quiet',
  'model',
  'arch',
  'animate',
  'checkpointEvery',
];

export function climbFrom(options: AscendOptions): Climb {
  return climbOfPreset(options.preset, {
    ball: ballOf(options),
    kind: options.param,
    rule: options.stepRule,
    numbers: numbersIn(options),
  });
}

/** The hyper-parameters that were given. */
function numbersIn(options: AscendOptions): FlatClimb {
  return Object.fromEntries(
    hyperparameterNames.flatMap((name) => {
      const value = options[optionOf(name)];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** @throws AscentSettingsError for a number that the step rule has no use for */
export function refuseUseless(options: AscendOptions): void {
  const { rule } = climbFrom(options).step;
  // A momentum is refused with the reason.
  const useless = hyperparameterNames.find(
    (name) => name in numbersIn(options) && name !== 'momentum' && !usedBy(name).includes(rule),
  );
  if (useless !== undefined)
    throw new AscentSettingsError(
      sentence`${setting(useless)} has no use with ${setting('stepRule')} ${rule}: leave it out`,
    );
}

export function ballOf(options: AscendOptions): Ball | undefined {
  const { ball } = presets[options.preset];
  const norm = options.ball ?? ball?.norm;
  const radius = options.radius ?? ball?.radius;
  if (norm === undefined) return undefined;
  return { norm, radius: radius ?? (norm === 'l2' ? 1000 : 8) };
}

export function transformationOf({ jitter, rotate, scale }: AscendOptions): Transformation | undefined {
  if (jitter === undefined && rotate === undefined && scale === undefined) return undefined;
  return { jitter: jitter ?? 0, rotate: rotate ?? 0, scale: scale ?? 0 };
}

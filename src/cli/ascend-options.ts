/** The options of `fool ascend`, and the settings that they add up to. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { stepRules, type RuleName } from '../ascent/optimiser/hyperparameters.ts';
import { classMeasures, type ClassMeasure } from '../ascent/objective/objective.ts';
import { climbOfPreset, presets, presetNames, type PresetName } from '../ascent/optimiser/presets.ts';
import { mostMutations, type Ball, type Climb, type Transformation } from '../ascent/settings.ts';
import { groups } from './help.ts';
import { wholeNumber, withModel, type ModelOptions } from './options.ts';

export interface AscendOptions extends ModelOptions {
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
  readonly stepSize?: number;
  readonly largest?: number;
  readonly early?: number;
  readonly late?: number;
  readonly momentum?: number;
  readonly cooling?: number;
  readonly decay?: number;
  readonly blur?: number;
  readonly blurEvery?: number;
  readonly smallNorm?: number;
  readonly smallContribution?: number;
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
  return withModel(command)
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
    .addOption(new Option('--step-rule <rule>', 'how far a step goes').choices([...stepRules]))
    .option('--step-size <size>', 'in bytes, or times the gradient with the constant rule', number)
    .option('--largest <rate>', 'progress: most that the gradient is multiplied by', number)
    .option('--early <gain>', 'progress: most that the objective is to gain in a step', number)
    .option('--late <share>', 'progress: share of what is missing to 1 that it is to gain', number)
    .option('--momentum <share>', 'of the last movement that goes on', number)
    .option('--cooling <iterations>', 'after which a step has half its size; 0 for never', number)
    .optionsGroup('What keeps the image simple, or near its start:')
    .option('--decay <share>', 'by which the image returns to the mean image in every step', number)
    .option('--blur <radius>', 'Gaussian blur of this many pixels, at least 0.3', number)
    .option('--blur-every <n>', 'iterations from one blur to the next', wholeNumber(1))
    .option('--small-norm <percent>', 'of the pixels, those of least norm, that are cleared', number)
    .option('--small-contribution <percent>', 'of the pixels, those that contribute least', number)
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
  const given = Object.entries({
    stepSize: options.stepSize,
    largest: options.largest,
    early: options.early,
    late: options.late,
    momentum: options.momentum,
    cooling: options.cooling,
    decay: options.decay,
    blurRadius: options.blur,
    blurEvery: options.blurEvery,
    smallNorm: options.smallNorm,
    smallContribution: options.smallContribution,
  }).filter(([, value]) => value !== undefined);
  return climbOfPreset(options.preset, {
    ball: ballOf(options),
    kind: options.param,
    rule: options.stepRule,
    numbers: Object.fromEntries(given),
  });
}

/** An option that the step rule has no use for; undefined where there is none. */
export function uselessOption(options: AscendOptions): string | undefined {
  const { step } = climbFrom(options);
  const { stepSize, cooling, largest, early, late } = options;
  const unused = step.rule === 'progress' ? { stepSize, cooling } : { largest, early, late };
  const [name] = Object.entries(unused).find(([, value]) => value !== undefined) ?? [];
  return name === undefined
    ? undefined
    : `--${name.replace('S', '-s')} has no use with --step-rule ${step.rule}`;
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

/** `fool evolve`: MAP-Elites into a run folder. */
import { Option, type Command } from 'commander';
import { readCheckpoint } from '../../runs/evolution/checkpoint.ts';
import { defaultSearchBudget, describeMemory } from '../../evolution/limits.ts';
import { defaultSettings, encodings, type Encoding } from '../../evolution/settings.ts';
import { carryOut } from '../../runs/evolution/carry-out.ts';
import type { RunPhaseTimes, RunSettings, RunSummary } from '../../runs/evolution/records.ts';
import { newEvolution, resumedEvolution, type EvolutionRun } from '../../runs/evolution/start.ts';
import { rebuiltCheckpoint } from '../../runs/evolution/rebuilt-checkpoint.ts';
import type { Model } from '../../model/model.ts';
import { backgroundWriter } from '../../node/background-writer.ts';
import { mostBreeders, nodeBreeding, usualBreeders } from '../../node/breeders.ts';
import { FileStorage } from '../../node/file-storage.ts';
import { encodePng } from '../../node/image-file.ts';
import { loadModel } from '../../node/model-file.ts';
import { durationWithSetUp, formatConfidence, formatCount, formatNumber } from '../../report/format.ts';
import { readRunRecord } from '../../runs/evolution/read.ts';
import { listenForInterrupt } from '../interrupt.ts';
import { groups, withExamples } from '../help.ts';
import type { Invocation } from '../io.ts';
import { classesNamed } from '../named-classes.ts';
import { wholeNumber, withCrops, withModel, type ModelOptions } from '../options.ts';
import { loadReporting } from '../reporting.ts';
import { checkRunFolder, inRunFolder, movesOn } from '../run-folder.ts';
import { reportFiles, runResults } from '../run-results.ts';
import { withGpuAgain } from '../session.ts';
import { resumeLine } from '../shell-words.ts';
import { during, Terminal, type Passing } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

interface EvolveOptions extends ModelOptions {
  readonly encoding: Encoding;
  readonly generations: number;
  readonly population: number;
  readonly seed: number;
  readonly crops: 1 | 10;
  readonly classes?: string;
  readonly coordinates: 'pixels' | 'normalised';
  readonly out: string;
  readonly resume: boolean;
  readonly replace: boolean;
  readonly fromArchive: boolean;
  readonly memory: number;
  readonly workers?: number;
  readonly checkpointEvery: number;
}

export function addEvolve(program: Command, invocation: Invocation): void {
  const command = withCrops(
    withModel(program.command('evolve').description('evolve fooling images with MAP-Elites')),
  )
    .optionsGroup('Search:')
    .addOption(
      new Option('--encoding <name>', 'how a genome becomes an image')
        .choices(encodings)
        .default(defaultSettings.encoding),
    )
    .option(
      '--generations <n>',
      'generations, the random one included',
      wholeNumber(1),
      defaultSettings.generations,
    )
    .option('--population <n>', 'children per generation', wholeNumber(1), defaultSettings.population)
    .option('--seed <n>', 'of all random numbers', wholeNumber(0), defaultSettings.seed)
    .option(
      '--classes <list>',
      'classes that get a cell: numbers or names with commas between them (default: all)',
    )
    .addOption(
      new Option('--coordinates <frame>', 'what a CPPN sees as x and y')
        .choices(['pixels', 'normalised'])
        .default(defaultSettings.coordinates),
    )
    .addOption(
      new Option('--memory <MiB>', 'what the search may hold on the device')
        .argParser(wholeNumber(1))
        .default(defaultSearchBudget / 2 ** 20)
        .helpGroup(groups.device),
    )
    .addOption(
      new Option(
        '--workers <n>',
        'threads that breed CPPNs beside the main one; the archive is the same (default: up to 3 for a GPU, 0 for a driver on the CPU)',
      )
        .argParser(wholeNumber(0))
        .helpGroup(groups.device),
    )
    .optionsGroup(groups.folder)
    .option('--checkpoint-every <seconds>', 'between checkpoints, at least', wholeNumber(0), 5)
    .option('--out <folder>', 'run folder', 'runs/latest')
    .option('--resume', 'go on with the run in the folder', false)
    .option(
      '--from-archive',
      'with --resume: rebuild a run of its archive where every checkpoint is lost',
      false,
    )
    .option('--replace', 'delete the run in the folder first', false)
    .action((options: EvolveOptions, command: Command) =>
      runEvolve(options, command, new Terminal(options, invocation)),
    );
  withExamples(command, [
    ['fool evolve', 'ten digits that are none, in runs/latest'],
    ['fool evolve --model caffenet-tiny --classes goldfish,espresso --out runs/two', 'of two classes'],
    ['fool evolve --resume --generations 500', 'goes on with runs/latest'],
  ]);
}

async function runEvolve(options: EvolveOptions, command: Command, terminal: Terminal): Promise<void> {
  checkWorkers(options);
  const storage = new FileStorage(options.out);
  const asked = await settingsFor(options, command, storage);
  const { model, sha256 } = await loadModel(asked.model, await architectureFor(options, storage));
  const classes = cellsOf(options, model);
  const { writeReport } = await loadReporting();
  await inRunFolder(options, command, storage, terminal, async () => {
    // Once more, since another process may have lengthened the run before it let go of the folder.
    const settings = await settingsFor(options, command, storage, classes);
    // The report comes after the device is closed: an open one keeps polling.
    const summary = await withGpuAgain(options, terminal, async (gpu, goesOn) => {
      const opened = performance.now();
      const setup = {
        gpu,
        model,
        sha256,
        settings,
        storage,
        encodePicture: encodePng,
        openWriter: backgroundWriter(storage),
        memoryBudget: options.memory * 2 ** 20,
        breeding: nodeBreeding(options.workers ?? usualBreeders(gpu.adapter.kind), (text) => {
          terminal.warn(text);
        }),
        fromArchive: options.fromArchive && !goesOn,
        checkpointEvery: 1000 * options.checkpointEvery,
        onWarning: (text: string) => {
          terminal.warn(text);
        },
      };
      using run = options.resume || goesOn ? await resumedEvolution(setup) : await newEvolution(setup);
      const begun = goesOn ? opened : terminal.invocation.started;
      return await follow(run, performance.now() - begun, terminal);
    });
    await during(terminal, 'writing the report', writeReport(storage, options.out));
    announce(summary, options, terminal);
    if (options.json) terminal.json({ ...summary, ...(await runResults(storage, options.out)) });
  });
}

function checkWorkers({ workers = 0, encoding }: EvolveOptions): void {
  const most = mostBreeders();
  if (workers > most)
    throw new UsageError(
      `--workers ${String(workers)} is more than this machine has cores for beside the main thread: at most ${String(most)}`,
    );
  if (workers > 0 && encoding === 'direct')
    throw new UsageError('--workers breed CPPNs; direct genomes are bred on the device: leave it out');
}

/** A resumed run keeps the architecture that it was started with. */
async function architectureFor(
  { arch, resume, out }: EvolveOptions,
  storage: FileStorage,
): Promise<string | undefined> {
  if (!resume) return arch;
  const { architecture } = (await readRunRecord(storage, out)).model;
  if (arch === undefined || arch === architecture) return architecture;
  throw new UsageError(
    `--arch ${arch} differs from the run in ${out}, which has ${architecture}; leave it out, or start a new run`,
  );
}

function cellsOf({ classes }: EvolveOptions, { labels }: Model): readonly number[] | undefined {
  if (classes === undefined) return undefined;
  return classesNamed('--classes', classes, labels).sort((a, b) => a - b);
}

/**
 * New settings from the options, or those of the run that is resumed, which options may only repeat or lengthen.
 * @param classes that get a cell, where they were named and the model that knows them is there
 */
async function settingsFor(
  options: EvolveOptions,
  command: Command,
  storage: FileStorage,
  classes?: readonly number[],
): Promise<RunSettings> {
  const { model, encoding, generations, population, seed, crops, coordinates, denseWeights } = options;
  const wanted: RunSettings = {
    model,
    encoding,
    generations,
    population,
    seed,
    crops,
    coordinates,
    ...(denseWeights === 'f16' ? { denseWeights } : {}),
    ...(classes ? { classes } : {}),
  };
  if (!movesOn(options, command)) checkRunFolder(options);
  if (options.fromArchive && !options.resume) throw new UsageError('--from-archive belongs to --resume');
  if (!options.resume) return wanted;
  if (typeof options.tune === 'boolean')
    throw new UsageError(
      `a run that is resumed keeps its kernels: leave out --${options.tune ? '' : 'no-'}tune, or start a new run`,
    );
  const record = await readRunRecord(storage, options.out);
  const { settings: stored } = record;
  for (const key of [
    'model',
    'encoding',
    'population',
    'seed',
    'crops',
    'classes',
    'coordinates',
    'denseWeights',
  ] as const) {
    const given = key === 'classes' ? classes !== undefined : command.getOptionValueSource(key) === 'cli';
    const usual = key === 'denseWeights' ? 'f32' : undefined;
    const [asked, has] = [wanted[key] ?? usual, stored[key] ?? usual];
    if (given && JSON.stringify(asked) !== JSON.stringify(has)) {
      const flag = key === 'denseWeights' ? 'dense-weights' : key;
      throw new UsageError(
        `--${flag} ${String(asked)} differs from the run in ${options.out}, which has ${String(has ?? 'none')}; leave it out, or start a new run`,
      );
    }
  }
  const longer = command.getOptionValueSource('generations') === 'cli' ? generations : stored.generations;
  const done = options.fromArchive
    ? (await rebuiltCheckpoint(storage, record)).generations
    : ((await readCheckpoint(storage))?.record.generations ?? 0);
  if (longer < done)
    throw new UsageError(
      `the run in ${options.out} has ${formatCount(done, 'generation')} already, more than --generations ${String(longer)}`,
    );
  return { ...stored, generations: longer };
}

async function follow(run: EvolutionRun, setUp: number, terminal: Terminal): Promise<RunSummary> {
  const { generations, population } = run.record.settings;
  terminal.note(describeMemory(run.search.memory, population));
  const stopping = new AbortController();
  const interrupt = listenForInterrupt(terminal.invocation, () => {
    terminal.note('stopping after this generation; once more to leave at once');
    stopping.abort();
  });
  const bar = terminal.progress(generations, 'generations', run.generations);
  let saving: Passing | undefined;
  try {
    const summary = await carryOut(run, {
      setUp,
      signal: stopping.signal,
      onGeneration: ({ generation, median, best }) => {
        bar.update(generation + 1, `median ${formatConfidence(median)}, best ${formatConfidence(best)}`);
        if (generation + 1 === generations || interrupt.requested()) saving ??= terminal.passing('saving');
      },
    });
    if (!summary.complete) interrupt.end();
    return summary;
  } finally {
    saving?.stop();
    bar.stop();
  }
}

function announce(summary: RunSummary, { out, adapter }: EvolveOptions, terminal: Terminal): void {
  const { medianConfidence, cellsAbove99, evaluations, seconds, evaluationsPerSecond, milliseconds } =
    summary;
  const { deviceShare = 0 } = summary;
  terminal.line(
    `median confidence ${formatConfidence(medianConfidence)}, ${formatCount(cellsAbove99, 'class', 'classes')} at 99 % or more`,
  );
  terminal.line(
    `${formatCount(evaluations, 'image')} in ${durationWithSetUp(seconds, milliseconds.setUp)}, ${formatNumber(evaluationsPerSecond)} a second`,
  );
  const total = phaseOrder.reduce((sum, phase) => sum + milliseconds[phase], 0);
  const shares = phaseOrder.flatMap((phase) => {
    const share = ((100 * milliseconds[phase]) / Math.max(total, 1)).toFixed(0);
    return share === '0' ? [] : [`${phaseNames[phase]} ${share} %`];
  });
  const worked =
    deviceShare > 0 ? `; after set-up the device worked ${(100 * deviceShare).toFixed(0)} % of the time` : '';
  terminal.line(`time: ${shares.join(', ')}${worked}`);
  if (!summary.complete) terminal.line(`interrupted; go on with: ${resumeLine(['evolve'], out, adapter)}`);
  terminal.line(`report: ${reportFiles(out).report}`);
}

const phaseNames: Readonly<Record<keyof RunPhaseTimes, string>> = {
  setUp: 'set-up',
  render: 'render',
  network: 'network',
  readBack: 'read back',
  evolution: 'evolution',
  saving: 'saving',
};
const phaseOrder = Object.keys(phaseNames) as (keyof RunPhaseTimes)[];

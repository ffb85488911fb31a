/** `fool ascend`: gradient ascent into a run folder. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ascentBatch } from '../../ascent/batch-size.ts';
import type { Progress, Standing } from '../../ascent/standing.ts';
import { recordAscent } from '../../runs/ascent/record.ts';
import type { AscentRow, AscentSummary } from '../../runs/ascent/schema.ts';
import { namesOf, newAscent, resumedAscent, type RecordedAscent } from '../../runs/ascent/start.ts';
import type { Gpu } from '../../gpu/device.ts';
import { createJudge } from '../../model/judge.ts';
import type { Guess } from '../../model/likeliest.ts';
import type { Model } from '../../model/model.ts';
import { writeAnimations } from '../../node/animation.ts';
import { FileStorage } from '../../node/file-storage.ts';
import { encodePng } from '../../node/image-file.ts';
import { loadModel } from '../../node/model-file.ts';
import { formatValue } from '../../report/ascent-words.ts';
import { formatConfidence, formatCount } from '../../report/format.ts';
import { readAscent, readAscentRecord } from '../../runs/ascent/read.ts';
import { AscentPace } from '../ascend-pace.ts';
import { resumeOptions, withAscend, type AscendOptions } from '../ascend-options.ts';
import { announce, attacksOf, costText } from '../ascend-outcome.ts';
import { askedFor, storedAscent, type AskedAscent } from '../ascend-settings.ts';
import { withExamples } from '../help.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { Invocation } from '../io.ts';
import { loadReporting } from '../reporting.ts';
import { checkRunFolder, inRunFolder, movesOn } from '../run-folder.ts';
import { runResults } from '../run-results.ts';
import { withGpuAgain } from '../session.ts';
import { resumeLine } from '../shell-words.ts';
import { during, Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

export function addAscend(program: Command, invocation: Invocation): void {
  const command = withAscend(
    program.command('ascend').description('climb along the gradient to images that the network is sure of'),
  ).action((options: AscendOptions, command: Command) =>
    runAscend(options, command, new Terminal(options, invocation)),
  );
  withExamples(command, [
    ['fool ascend --class all --until 0.9999', 'ten digits from noise, in runs/ascent'],
    ['fool ascend --model caffenet-tiny --class goldfish --out runs/goldfish', 'one class of many'],
    ['fool ascend --class 3 --preset pgd --start seven.png', 'an adversarial example: a seven named 3'],
    ['fool ascend --unit conv2:7 --param fourier --jitter 2', 'what a channel of a layer looks for'],
  ]);
}

async function runAscend(options: AscendOptions, command: Command, terminal: Terminal): Promise<void> {
  const storage = new FileStorage(options.out);
  if (!movesOn(options, command)) checkFolder(options, command);
  const stored = options.resume ? await readAscentRecord(storage, options.out) : undefined;
  const { model, sha256 } = await loadModel(
    stored && command.getOptionValueSource('model') !== 'cli' ? stored.settings.model : options.model,
    stored?.model.architecture ?? options.arch,
  );
  const asked = stored
    ? await storedAscent(stored.settings, model)
    : await askedFor(options, model, terminal);
  const { writeReport } = await loadReporting();
  await inRunFolder(options, command, storage, terminal, async () => {
    let setUp = 0;
    let named: readonly Guess[] | undefined;
    const summary = await withGpuAgain(options, terminal, async (gpu, goesOn) => {
      const opened = performance.now();
      if (asked.needsNames) named ??= await namesOfStarts(asked, gpu, model);
      const objectives = asked.objectives(named?.map((guess) => guess.class) ?? []);
      const unbatched = { ...asked.settings, objectives };
      const batch = stored?.settings.batch ?? options.batch ?? ascentBatch(gpu, model, unbatched);
      const settings = { ...unbatched, batch };
      const setup = {
        gpu,
        model,
        sha256,
        settings,
        storage,
        encodePicture: encodePng,
        started: stored?.started ?? new Date().toISOString(),
        pictures: asked.pictures,
        ...(named && { named }),
        onWarning: (text: string) => {
          terminal.warn(text);
        },
      };
      const ascent = options.resume || goesOn ? await resumedAscent(setup) : await newAscent(setup);
      setUp += performance.now() - (goesOn ? opened : terminal.invocation.started);
      try {
        return await follow(ascent, options, terminal);
      } finally {
        ascent.destroy();
      }
    });
    const isSeen = (await storage.read('archive.json')) !== undefined;
    if (options.animate && isSeen) await animate(storage, options.out, terminal);
    if (isSeen) await during(terminal, 'writing the report', writeReport(storage, options.out));
    const rows = isSeen ? (await readAscent(storage, options.out)).rows : [];
    tellFaults(rows, terminal);
    if (isSeen) terminal.line(`report: ${join(options.out, 'report.html')}`);
    announce(summary, rows, terminal);
    terminal.line(costText(summary, setUp));
    if (!summary.complete)
      terminal.line(`interrupted; go on with: ${resumeLine(['ascend'], options.out, options.adapter)}`);
    if (options.json)
      terminal.json({ ...summary, ...attacksOf(rows), ...(await runResults(storage, options.out)) });
  });
}

/** Most pictures that are named at a time. */
const namedAtATime = 64;

/** What the network takes the pictures for, where what is climbed follows from that. */
async function namesOfStarts(
  { pictures, settings }: AskedAscent,
  gpu: Gpu,
  model: Model,
): Promise<readonly Guess[]> {
  const { denseWeights: denseStorage = 'f32' } = settings;
  const judge = await createJudge(gpu, model, Math.min(namedAtATime, pictures.length), 1, { denseStorage });
  try {
    return await namesOf(judge, pictures);
  } finally {
    judge.destroy();
  }
}

/** @throws UsageError where the folder is not what the options take it for */
function checkFolder(options: AscendOptions, command: Command): void {
  checkRunFolder(options);
  if (!options.resume) return;
  for (const { attributeName, long } of command.options.map((option) => ({
    attributeName: option.attributeName(),
    long: option.long ?? option.flags,
  }))) {
    if (command.getOptionValueSource(attributeName) === 'cli' && !resumeOptions.includes(attributeName))
      throw new UsageError(
        `${long} cannot be changed in an ascent that is resumed; leave it out, or start a new one`,
      );
  }
}

async function follow(
  ascent: RecordedAscent,
  { checkpointEvery }: AscendOptions,
  terminal: Terminal,
): Promise<AscentSummary> {
  const { objectives, steps, trials, batch } = ascent.settings;
  terminal.note(
    `${formatCount(objectives.length, 'image')}, ${String(Math.min(batch, objectives.length))} side by side, at most ${formatCount(steps, 'step')}${trials.length > 1 ? ` in each of ${String(trials.length)} trials` : ''}`,
  );
  const interrupt = listenForInterrupt(terminal.invocation, () => {
    terminal.note('stopping after this submission; once more to leave at once');
  });
  const total = objectives.length * (steps + 1) * trials.length;
  const begun = ascent.saved?.state;
  const bar = terminal.progress(total, 'iterations', begun?.evaluations ?? 0);
  const pace = new AscentPace();
  try {
    const summary = await recordAscent(ascent, {
      now: () => performance.now(),
      checkpointEvery: 1000 * checkpointEvery,
      onProgress: (progress, standing) => {
        const expected = pace.after(progress, standing, performance.now());
        bar.update(progress.evaluations, progressText(progress, standing, objectives.length), expected);
      },
      onWarning: (text) => {
        terminal.warn(text);
      },
      shouldStop: interrupt.requested,
    });
    if (!summary.complete) interrupt.end();
    return summary;
  } finally {
    bar.stop();
  }
}

function progressText({ median, best }: Progress, { done, value }: Standing, objectives: number): string {
  const sofar = `${String(done)} of ${String(objectives)} done`;
  if (value) return `value ${formatValue(value.start)} → ${formatValue(value.best)}, ${sofar}`;
  if (median === undefined || best === undefined) return sofar;
  return `median ${formatConfidence(median)}, ${sofar}, best ${formatConfidence(best)}`;
}

async function animate(storage: FileStorage, folder: string, terminal: Terminal): Promise<void> {
  const written = await during(terminal, 'making GIFs', writeAnimations(storage, folder));
  terminal.line(
    written > 0
      ? `${formatCount(written, 'film strip as a GIF', 'film strips as GIFs')}: ${join(folder, 'animations')}`
      : 'no film strips to animate: a run of several trials keeps none',
  );
}

function tellFaults(rows: readonly AscentRow[], terminal: Terminal): void {
  for (const { objective, fault, confidence } of rows) {
    if (fault !== undefined)
      terminal.fail(
        `${objective}: ${fault}; the best image so far is kept (${formatConfidence(confidence)})`,
      );
  }
}

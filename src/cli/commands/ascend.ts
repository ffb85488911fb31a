/** `fool ascend`: gradient ascent into a run folder. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ascend, type Ascent } from '../../ascent/ascend.ts';
import { ascentBatch } from '../../ascent/batch.ts';
import type { AscentState } from '../../ascent/checkpoint.ts';
import type { AscentSummary } from '../../ascent/records.ts';
import type { AscentSettings } from '../../ascent/settings.ts';
import { newAscent, resumedAscent } from '../../runs/ascent-run.ts';
import type { Gpu } from '../../gpu/device.ts';
import type { Model } from '../../models/model.ts';
import { writeAnimations } from '../../node/animation.ts';
import { FileStorage } from '../../node/file-storage.ts';
import { encodePng } from '../../node/image-file.ts';
import { loadModel } from '../../node/model-file.ts';
import { durationWithSetUp, formatConfidence, formatDuration, formatNumber } from '../../report/format.ts';
import { readAscent, readAscentRecord } from '../../report/read-ascent.ts';
import { resumeOptions, withAscend, type AscendOptions } from '../ascend-options.ts';
import { askedFor, readStart, type AskedAscent } from '../ascend-settings.ts';
import { withExamples } from '../help.ts';
import { listenForInterrupt } from '../interrupt.ts';
import type { Invocation } from '../io.ts';
import { loadReporting } from '../reporting.ts';
import { checkRunFolder, inRunFolder, movesOn } from '../run-folder.ts';
import { resultsOf } from '../run-results.ts';
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
    ? await storedAscent(stored.settings, model, terminal)
    : await askedFor(options, model, terminal);
  const { writeReport } = await loadReporting();
  await inRunFolder(options, command, storage, terminal, async () => {
    let setUp = 0;
    const summary = await withGpuAgain(options, terminal, async (gpu, goesOn) => {
      const opened = performance.now();
      const settings = {
        ...asked.settings,
        batch: stored?.settings.batch ?? batchOf(options, gpu, model, asked),
      };
      const { picture } = asked;
      const setup = {
        gpu,
        model,
        sha256,
        settings,
        storage,
        encodePicture: encodePng,
        started: stored?.started ?? new Date().toISOString(),
        ...(picture && { picture }),
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
    if (options.animate) await animate(storage, options.out, terminal);
    const isSeen = (await storage.read('archive.json')) !== undefined;
    if (isSeen) {
      await during(terminal, 'writing the report', writeReport(storage, options.out));
      await tellFaults(storage, options.out, terminal);
      terminal.line(`report: ${join(options.out, 'report.html')}`);
    }
    announce(summary, options, setUp, terminal);
    terminal.json({ ...summary, ...(await resultsOf(storage, options.out)) });
  });
}

function batchOf({ batch }: AscendOptions, gpu: Gpu, model: Model, { settings }: AskedAscent): number {
  return batch ?? ascentBatch(gpu, model, settings);
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

/** A resumed ascent reads its picture again, which must still be the one that it began with. */
async function storedAscent(
  settings: AscentSettings,
  model: Model,
  terminal: Terminal,
): Promise<AskedAscent> {
  const { start } = settings;
  if (start.from !== 'picture') return { settings };
  const { pixels } = await readStart(start.file, model, terminal, start.sha256);
  return { settings, picture: pixels };
}

async function follow(
  ascent: Ascent,
  { checkpointEvery }: AscendOptions,
  terminal: Terminal,
): Promise<AscentSummary> {
  const { objectives, steps, trials, batch } = ascent.run.settings;
  terminal.note(
    `${String(objectives.length)} images, ${String(batch)} side by side, at most ${String(steps)} steps${trials.length > 1 ? ` in each of ${String(trials.length)} trials` : ''}`,
  );
  const interrupt = listenForInterrupt(terminal.invocation, () => {
    terminal.note('stopping after this submission; once more to leave at once');
  });
  const total = objectives.length * (steps + 1) * trials.length;
  const bar = terminal.progress(
    total,
    'iterations',
    ascent.from ? settledBefore(ascent.from.state, ascent) : 0,
  );
  try {
    const summary = await ascend(ascent, {
      now: () => performance.now(),
      checkpointEvery: 1000 * checkpointEvery,
      onProgress: ({ median, best }, { settled, done }) => {
        bar.update(
          settled,
          `${String(done)} of ${String(objectives.length)} done, median ${formatConfidence(median)}, best ${formatConfidence(best)}`,
        );
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

/** Roughly: what a bar of a resumed ascent begins with. */
function settledBefore({ trial, rows }: AscentState, { run }: Ascent): number {
  const { objectives, steps } = run.settings;
  return (trial * objectives.length + rows.length) * (steps + 1);
}

async function animate(storage: FileStorage, folder: string, terminal: Terminal): Promise<void> {
  const written = await during(terminal, 'making GIFs', writeAnimations(storage));
  terminal.line(
    written > 0
      ? `${String(written)} film strips as GIFs: ${join(folder, 'animations')}`
      : 'no film strips to animate: a run of several trials keeps none',
  );
}

async function tellFaults(storage: FileStorage, folder: string, terminal: Terminal): Promise<void> {
  for (const { objective, fault, confidence } of (await readAscent(storage, folder)).rows) {
    if (fault !== undefined)
      terminal.fail(
        `${objective}: ${fault}; the best image so far is kept (${formatConfidence(confidence)})`,
      );
  }
}

function announce(
  summary: AscentSummary,
  { out, adapter }: AscendOptions,
  setUp: number,
  terminal: Terminal,
): void {
  const { medianConfidence, cellsAbove9999, objectives, evaluations, seconds } = summary;
  const { evaluationsPerSecond, secondsPerObjective, bestTrial, complete } = summary;
  if (bestTrial !== undefined) terminal.line(`best trial: ${bestTrial}`);
  terminal.line(
    `median confidence ${formatConfidence(medianConfidence)}, ${String(cellsAbove9999)} of ${String(objectives)} at 99.99 % or more`,
  );
  terminal.line(
    `${String(evaluations)} images in ${durationWithSetUp(seconds, setUp)}, ${formatNumber(evaluationsPerSecond)} a second, ${formatDuration(secondsPerObjective)} for each`,
  );
  if (!complete) terminal.line(`interrupted; go on with: ${resumeLine(['ascend'], out, adapter)}`);
}

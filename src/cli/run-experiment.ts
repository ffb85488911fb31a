/** Runs one experiment into its folder: new, resumed or replaced. */
import { join } from 'node:path';
import { clearExperiment } from '../experiments/clear.ts';
import { conduct, evaluationsDone, evaluationsOf } from '../experiments/conduct.ts';
import type { Experiment, Host } from '../experiments/experiment.ts';
import { renderExperiment } from '../experiments/experiment-page.ts';
import {
  newRecord,
  readRecord,
  writeRecord,
  type ConclusionRecord,
  type ExperimentRecord,
} from '../experiments/experiment-record.ts';
import { flagOf, settingText, valuesAt, type Values } from '../experiments/experiment-settings.ts';
import { filesOfExperiments } from '../node/experiment-host.ts';
import { backgroundWriter } from '../node/background-writer.ts';
import { FileStorage } from '../node/file-storage.ts';
import type { ExperimentOptions } from './experiment-options.ts';
import { listenForInterrupt } from './interrupt.ts';
import { lockFolder } from './lock-folder.ts';
import { resumeLine } from './shell-words.ts';
import { withGpuAgain } from './session.ts';
import { classesNamed } from './named-classes.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What the command line says of the settings. */
export interface Given {
  readonly given: Values;
  readonly scaleGiven: boolean;
}

export async function runExperiment(
  experiment: Experiment,
  options: ExperimentOptions,
  given: Given,
  terminal: Terminal,
): Promise<void> {
  const { out } = options;
  const storage = new FileStorage(out);
  const asked = await withNumbers(experiment, options, given, storage);
  await recordFor(experiment, options, asked, storage);
  const lock = await lockFolder(out, storage, terminal);
  try {
    // Once more, since another process may have written here before it let go of the folder.
    const record = await recordFor(experiment, options, asked, storage);
    const conclusion = await follow(experiment, record, options, storage, terminal);
    if (!conclusion) return;
    const done = (await readRecord(storage)) ?? record;
    await storage.write('report.html', renderExperiment(done, experiment.settings, conclusion));
    announce(done, conclusion, out, terminal);
  } finally {
    await lock.release();
  }
}

/** Classes that are given by name, by the numbers that the model has for them. */
async function withNumbers(
  { settings }: Experiment,
  { scale, resume }: ExperimentOptions,
  asked: Given,
  storage: FileStorage,
): Promise<Given> {
  const named = Object.entries(asked.given).filter(
    (entry): entry is [string, string] =>
      settings[entry[0]]?.ofClasses === true && typeof entry[1] === 'string',
  );
  if (named.length === 0) return asked;
  const stored = resume ? (await readRecord(storage))?.settings : undefined;
  const { model } = stored ?? valuesAt(settings, scale, asked.given);
  if (typeof model !== 'string')
    throw new UsageError(`${flagOf(named[0]?.[0] ?? '')}: name the classes by their numbers`);
  const { labels } = (await filesOfExperiments(() => undefined).loadModel(model)).model;
  const numbers = named.map(([key, list]): [string, readonly number[]] => [
    key,
    classesNamed(flagOf(key), list, labels).sort((a, b) => a - b),
  ]);
  return { ...asked, given: { ...asked.given, ...Object.fromEntries(numbers) } };
}

/** A new record from the options, or that of the experiment that is resumed, whose settings options may only repeat. */
async function recordFor(
  experiment: Experiment,
  { out, scale, resume, replace }: ExperimentOptions,
  { given, scaleGiven }: Given,
  storage: FileStorage,
): Promise<ExperimentRecord> {
  const { name, settings } = experiment;
  if (await storage.read('run.json'))
    throw new UsageError(`${out} holds a run, no experiment: choose another --out`);
  if (resume && replace) throw new UsageError('--resume and --replace exclude each other');
  if (!resume) {
    if (!replace && (await storage.read('experiment.json')))
      throw new UsageError(
        `${out} holds an experiment already: pass --resume to go on with it, --replace to start over, or another --out`,
      );
    return newRecord(experiment, scale, valuesAt(settings, scale, given), new Date().toISOString());
  }
  const stored = await readRecord(storage);
  if (!stored) throw new UsageError(`${out} holds no experiment to resume`);
  if (stored.name !== name)
    throw new UsageError(
      `${out} holds the experiment ${stored.name}, not ${name}: go on with: ${resumeLine(['experiment', stored.name], out)}; or choose another --out`,
    );
  if (scaleGiven && stored.scale !== scale)
    throw new UsageError(`--scale ${scale} differs from the experiment in ${out}, which has ${stored.scale}`);
  for (const [key, value] of Object.entries(given)) {
    const has = stored.settings[key] ?? null;
    if (JSON.stringify(value) !== JSON.stringify(has))
      throw new UsageError(
        `--${key} ${settingText(value)} differs from the experiment in ${out}, which has ${settingText(has)}; leave it out, or start a new one`,
      );
  }
  return stored;
}

async function follow(
  experiment: Experiment,
  record: ExperimentRecord,
  options: ExperimentOptions,
  storage: FileStorage,
  terminal: Terminal,
): Promise<ConclusionRecord | undefined> {
  const { out, resume } = options;
  const models = new Map<string, ReturnType<Host['loadModel']>>();
  const interrupt = listenForInterrupt(terminal.invocation, () => {
    terminal.note('stopping as soon as this step has kept what there is; once more to leave at once');
  });
  const files = filesOfExperiments((text) => {
    terminal.noteOnce(text);
  });
  const host: Host = {
    storage,
    now: () => performance.now(),
    ...files,
    openWriter: (folder) => backgroundWriter(storage, folder),
    // Every run asks for it, before it begins and when it does.
    loadModel: (name) => {
      const loading = models.get(name) ?? files.loadModel(name);
      models.set(name, loading);
      return loading;
    },
    withDevice: (work) => withGpuAgain(options, terminal, work),
    shouldStop: interrupt.requested,
    onWarning: (text) => {
      terminal.warn(text);
    },
  };
  const plan = experiment.plan(record.settings);
  const from = resume ? await evaluationsDone(plan, host) : 0;
  const bar = terminal.progress(evaluationsOf(plan), 'evaluations', from);
  try {
    const conclusion = await conduct(experiment, record, host, {
      // What is refused before it begins leaves the folder as it was.
      onChecked: async () => {
        if (!resume) await clearExperiment(storage);
        await writeRecord(storage, record);
      },
      onProgress: (evaluations, text) => {
        bar.update(evaluations, text);
      },
    });
    if (conclusion) return conclusion;
  } finally {
    bar.stop();
  }
  interrupt.end();
  terminal.line(
    `interrupted; go on with: ${resumeLine(['experiment', experiment.name], out, options.adapter)}`,
  );
  terminal.json({ experiment: experiment.name, complete: false, out, folder: out });
  return undefined;
}

function announce(
  { name, scale, settings }: ExperimentRecord,
  { rows, cost, differences, remarks, figures, numbers }: ConclusionRecord,
  out: string,
  terminal: Terminal,
): void {
  const width = Math.max(...rows.map(({ what }) => what.length));
  for (const { what, paper, here } of [...rows, ...cost])
    terminal.answer(`${what.padEnd(width)}  paper: ${paper}  ·  this run: ${here}`);
  terminal.line(differences.length === 0 ? 'settings: the paper’s' : `settings: ${differences.join('; ')}`);
  for (const text of remarks) terminal.line(text);
  terminal.line(`report: ${join(out, 'report.html')}`);
  terminal.json({
    ...{ experiment: name, scale, settings, complete: true, out, folder: out },
    report: join(out, 'report.html'),
    ...{ rows, cost, differences, remarks, figures, numbers },
  });
}

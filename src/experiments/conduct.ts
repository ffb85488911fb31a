/** Carries out an experiment's plan: what is done already is read, the rest is run, and the conclusion is written. */
import type {
  Conclusion,
  Experiment,
  ExperimentFigure,
  Host,
  ExperimentPlan,
  ReadResult,
  ExperimentStep,
} from './experiment.ts';
import {
  figurePath,
  readResult,
  stepPath,
  RunFolderError,
  writeConclusion,
  writeRecord,
  writeResult,
} from './experiment-record.ts';
import type { ConclusionRecord, ExperimentRecord } from './experiment-record.ts';
import { differencesFromPaper } from './experiment-settings.ts';
import { SentenceError, sentence, setting } from '../util/sentence.ts';

export interface ConductHooks {
  /** Called when all steps have been found possible, before the first begins. */
  readonly onChecked?: () => Promise<void>;
  /** @param evaluations of all steps together, those of earlier processes too */
  readonly onProgress: (evaluations: number, text: string) => void;
}

/** All that the plan's steps come to. */
export const evaluationsOf = ({ steps }: ExperimentPlan): number =>
  steps.reduce((sum, { evaluations }) => sum + evaluations, 0);

/** What an earlier process has come to: the evaluations of the steps whose results are there. */
export async function evaluationsDone(
  { steps }: ExperimentPlan,
  { storage }: Pick<Host, 'storage'>,
): Promise<number> {
  let done = 0;
  for (const { id, evaluations } of steps) if (await storage.read(stepPath(id))) done += evaluations;
  return done;
}

/** A folder was begun on another adapter, whose numbers are others. */
export class OtherAdapterError extends SentenceError {
  override readonly name = 'OtherAdapterError';
}

/**
 * @param record as it stands in the folder
 * @returns undefined where the host stopped it: `conduct` resumes in the same folder
 * @throws what checks and steps throw; results of steps that are done are kept
 */
export async function conduct(
  experiment: Experiment,
  record: ExperimentRecord,
  host: Host,
  hooks: ConductHooks,
): Promise<ConclusionRecord | undefined> {
  const plan = experiment.plan(record.settings);
  for (const { check } of plan.steps) await check?.(host);
  await hooks.onChecked?.();
  const results = new Map<ExperimentStep<unknown>, unknown>();
  const read: ReadResult = <R>(step: ExperimentStep<R>) => {
    if (results.has(step)) return results.get(step) as R;
    throw new Error(`the result of step ${step.id} is asked for before it is there`);
  };
  const onDevice = onOneAdapter(host, record);
  let done = 0;
  for (const step of plan.steps) {
    let result = await resultIn(host, record, step);
    if (result === undefined) {
      if (host.shouldStop()) return undefined;
      const progress = (evaluations: number, text: string) => {
        hooks.onProgress(done + Math.min(evaluations, step.evaluations), `${step.title} · ${text}`);
      };
      progress(0, 'begins');
      result = await step.run({ ...onDevice, progress }, read);
      if (result === undefined) return undefined;
      // As a resumed experiment will read it, so that both conclude from the same.
      result = step.result.parse(JSON.parse(JSON.stringify(result)));
      await writeResult(host.storage, record, step, result);
    }
    results.set(step, result);
    done += step.evaluations;
    hooks.onProgress(done, `${step.title} · done`);
  }
  return settle(experiment, record, host, await plan.conclude(onDevice, read));
}

/** A damaged result is none: its step is run again. */
async function resultIn(
  host: Host,
  record: ExperimentRecord,
  step: ExperimentStep<unknown>,
): Promise<unknown> {
  try {
    return await readResult(host.storage, record, step);
  } catch (error) {
    if (!(error instanceof RunFolderError)) throw error;
    host.onWarning(`${error.message} The step is done again.`);
    return undefined;
  }
}

/** Holds all steps to the adapter of the first. */
function onOneAdapter(host: Host, record: ExperimentRecord): Host {
  let { adapter } = record;
  const withDevice: Host['withDevice'] = (work) =>
    host.withDevice(async (gpu) => {
      const { name, description } = gpu.adapter;
      if (!adapter) {
        adapter = { name, description };
        await writeRecord(host.storage, { ...record, adapter });
      }
      if (adapter.description !== description)
        throw new OtherAdapterError(
          sentence`this experiment was begun on ${adapter.description}, and this is ${description}: numbers would be mixed; choose that adapter (${setting('adapter')} ${adapter.name}) or another folder`,
        );
      return work(gpu);
    });
  return { ...host, withDevice };
}

async function settle(
  experiment: Experiment,
  record: ExperimentRecord,
  host: Host,
  { rows, cost, remarks, numbers, figures }: Conclusion,
): Promise<ConclusionRecord> {
  const { title, section, about, settings } = experiment;
  const files = [];
  for (const figure of figures) files.push(await writeFigure(host, figure));
  const conclusion: ConclusionRecord = {
    format: 1,
    ...{ title, section, about },
    rows: [...rows],
    cost: [...cost],
    remarks: [...remarks],
    differences: differencesFromPaper(settings, record.settings),
    figures: files,
    numbers,
  };
  await writeConclusion(host.storage, record, conclusion);
  return conclusion;
}

async function writeFigure(
  { storage, encodePicture }: Host,
  figure: ExperimentFigure,
): Promise<{ file: string; caption: string }> {
  const { name, caption } = figure;
  if ('svg' in figure) {
    const file = `${name}.svg`;
    await storage.write(figurePath(file), figure.svg);
    return { file, caption };
  }
  const file = `${name}.png`;
  await storage.write(figurePath(file), encodePicture(figure.image));
  return { file, caption };
}

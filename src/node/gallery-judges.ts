/** The models of a gallery's runs, one at a time on the device. */
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { Gpu } from '../gpu/device.ts';
import { GpuLimitError } from '../gpu/errors.ts';
import { createJudge, imagesAtATime, type Judge } from '../model/judge.ts';
import { WeightRangeError, WeightShapeError } from '../network/parameters.ts';
import type { SurveyedRun } from '../report/gallery/survey.ts';
import { findWeightFile, loadModel, readWeightBytes } from './model-file.ts';
import { sha256Of } from './sha256.ts';
import { sentenceOf, type Sentence } from '../util/sentence.ts';

/** Pictures that are in memory at once: judged together, then written. */
const mostAtATime = 64;

/** By which runs are judged alike. */
export const judgeKey = ({ modelName, model, crops, denseStorage }: SurveyedRun): string =>
  JSON.stringify([modelName, model.architecture, model.sha256, crops, denseStorage]);

/**
 * Runs whose model is gone or another than it was, and why, in words that go on after the run's name. Files are read, not
 * parsed: no device is needed to know.
 */
export async function lostModels(runs: readonly SurveyedRun[]): Promise<Map<SurveyedRun, string>> {
  const hashes = new Map<string, string | WeightFileError>();
  const lost = new Map<SurveyedRun, string>();
  for (const run of runs) {
    const { modelName, model } = run;
    const found = hashes.get(modelName) ?? (await hashOf(modelName));
    hashes.set(modelName, found);
    if (found instanceof WeightFileError) lost.set(run, `its model is gone: ${found.message}`);
    else if (found !== model.sha256)
      lost.set(
        run,
        `it was made with another ${modelName} (SHA-256 ${model.sha256.slice(0, 12)}…, here ${found.slice(0, 12)}…)`,
      );
  }
  return lost;
}

async function hashOf(modelName: string): Promise<string | WeightFileError> {
  try {
    return sha256Of(await readWeightBytes(findWeightFile(modelName)));
  } catch (error) {
    if (error instanceof WeightFileError) return error;
    throw error;
  }
}

/** Judges of runs; those of runs that follow one another and are judged alike are one. */
export class Judges {
  #current: { readonly key: string; readonly judge: Judge | string } | undefined;

  /**
   * @param runs all that there will be, by which batches are sized
   * @param said a sentence in the host's words
   */
  constructor(
    private readonly gpu: Gpu,
    private readonly runs: readonly SurveyedRun[],
    private readonly said: (sentence: Sentence) => string,
  ) {}

  /** The judge of a run, or why there is none, in words that go on after the run's name. */
  async of(run: SurveyedRun): Promise<Judge | string> {
    const key = judgeKey(run);
    if (this.#current?.key !== key) {
      this.destroy();
      this.#current = { key, judge: await this.#create(run) };
    }
    const { judge } = this.#current;
    if (typeof judge === 'string') return judge;
    const { image } = judge.model.preprocessing;
    if (image.join() === run.model.image.join()) return judge;
    return `its pictures are ${run.model.image.join(' × ')}, its model looks at ${image.join(' × ')}`;
  }

  /** Frees what is on the device. */
  destroy(): void {
    if (typeof this.#current?.judge === 'object') this.#current.judge.destroy();
    this.#current = undefined;
  }

  async #create(run: SurveyedRun): Promise<Judge | string> {
    const { modelName, model: recorded, crops, denseStorage } = run;
    const alike = this.runs.filter((other) => judgeKey(other) === judgeKey(run));
    const most = Math.max(...alike.map(({ pictures }) => pictures));
    try {
      const { model } = await loadModel(modelName, recorded.architecture);
      return await createJudge(this.gpu, model, imagesAtATime(model, most, mostAtATime), crops, {
        denseStorage,
      });
    } catch (error) {
      if (refusals.some((kind) => error instanceof kind))
        return `its model cannot be used: ${this.said(sentenceOf(error))}`;
      throw error;
    }
  }
}

const refusals = [WeightFileError, WeightShapeError, WeightRangeError, GpuLimitError] as const;

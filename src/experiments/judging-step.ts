/** How many pictures a network names rightly, and how many it calls by one certain name, as a step of an experiment. */
import { z } from 'zod';
import { largest } from '../model/evaluation.ts';
import { createJudge, imagesAtATime } from '../model/judge.ts';
import { volume } from '../network/layer.ts';
import type { Host, NamedModel, ReadResult, ExperimentStep, StepHost } from './experiment.ts';
import type { Model } from '../model/model.ts';

/** A picture whose bytes are there when they are asked for, with the class that it is of. */
export interface JudgedPicture {
  readonly target: number;
  /** Bytes [channels, height, width] of the model's size. */
  readonly read: () => Promise<Uint8Array>;
}

const tally = z.object({
  pictures: z.int().min(0),
  /** Whose own class is the likeliest. */
  correct: z.int().min(0),
  /** For which the alarm class is the likeliest. */
  alarms: z.int().min(0),
});
export type Tally = z.infer<typeof tally>;

export const judgement = z.object({ groups: z.array(tally).max(1000), seconds: z.number() });
export type Judgement = z.infer<typeof judgement>;

export interface JudgingStepOptions {
  readonly id: string;
  readonly title: string;
  /** Most pictures of all groups. */
  readonly evaluations: number;
  readonly load: (host: Host) => Promise<NamedModel>;
  /** Groups of pictures that are counted apart. */
  readonly groups: (host: Host, model: Model, read: ReadResult) => Promise<readonly JudgedPicture[][]>;
  /** The class that means alarm; undefined where the network has none. */
  readonly alarm: (model: Model) => number | undefined;
  readonly crops: 1 | 10;
}

/** Pictures judged at once: few enough that an interruption is heard soon. */
const mostAtATime = 32;

export function judgingStep(options: JudgingStepOptions): ExperimentStep<Judgement> {
  const { id, title, evaluations, load, groups, alarm, crops } = options;
  return {
    ...{ id, title, evaluations, result: judgement },
    run: async (host, read) => {
      const started = host.now();
      const { model } = await load(host);
      const wanted = await groups(host, model, read);
      const tallies = await host.withDevice(async (gpu) => {
        const total = wanted.reduce((sum, { length }) => sum + length, 0);
        const most = imagesAtATime(model, Math.max(1, total), mostAtATime);
        using judge = await createJudge(gpu, model, most, crops);
        return await tallied(host, judge, wanted, alarm(model));
      });
      return tallies && { groups: tallies, seconds: (host.now() - started) / 1000 };
    },
  };
}

/** @returns undefined where the host stopped it */
async function tallied(
  host: StepHost,
  judge: Awaited<ReturnType<typeof createJudge>>,
  groups: readonly (readonly JudgedPicture[])[],
  alarm: number | undefined,
): Promise<Tally[] | undefined> {
  const bytes = volume(judge.model.preprocessing.image);
  const tallies: Tally[] = [];
  let done = 0;
  for (const pictures of groups) {
    let [correct, alarms] = [0, 0];
    for (let first = 0; first < pictures.length; first += judge.images) {
      if (host.shouldStop()) return undefined;
      const batch = pictures.slice(first, first + judge.images);
      const pixels = new Uint8Array(batch.length * bytes);
      for (const [place, picture] of batch.entries()) pixels.set(await picture.read(), place * bytes);
      for (const [place, confidences] of (await judge.judge(pixels, batch.length)).entries()) {
        const named = largest(confidences);
        if (named === batch[place]?.target) correct++;
        if (named === alarm) alarms++;
      }
      done += batch.length;
      host.progress(done, `${String(done)} pictures judged`);
    }
    tallies.push({ pictures: pictures.length, correct, alarms });
  }
  return tallies;
}

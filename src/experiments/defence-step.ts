/** Tries every defence on real images, on fooling images, and on those evolved against some. */
import { volume } from '../network/layer.ts';
import { formatPerCent } from '../report/format.ts';
import { z } from 'zod';
import type { LabelledBatch } from '../model/evaluation.ts';
import type { Model } from '../model/model.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';
import type { Image } from '../image/image.ts';
import {
  energyScore,
  fittedTemperature,
  maxLogit,
  softmax,
  softmaxScore,
  survivors,
  thresholdOf,
  verdictOf,
  type DefenceVerdict,
} from './defence-scores.ts';
import { blurred, moved, noisy } from './disturb.ts';
import { elitePictures, type ElitePicture, type EvolutionOutcome } from './evolution-step.ts';
import type { Host, ConclusionRow, ExperimentStep } from './experiment.ts';
import { outputsOfAll } from './judged.ts';

const defence = z.object({
  what: z.string(),
  /** On real images; null where none were given. */
  accuracy: z.number().nullable(),
  /** Share of other real images that pass the threshold. */
  passing: z.number().nullable(),
  /** Fooling images that survive, of `total` each: of every kind. */
  survive: z.array(z.int()),
});

export const defenceResults = z.object({
  /** How fooling images were evolved: as usual, or against what. */
  kinds: z.array(z.string()),
  /** Fooling images of each kind. */
  total: z.int(),
  /** Real images that set thresholds, and those that try them. */
  calibrating: z.int(),
  real: z.int(),
  /** Null without real images. */
  temperature: z.number().nullable(),
  defences: z.array(defence),
});
export type Defences = z.infer<typeof defenceResults>;

interface Options {
  readonly model: string;
  readonly images: string | null;
  readonly real: number;
  readonly shift: number;
  readonly noise: number;
  readonly seed: number;
}

/** Fooling images that were evolved in one way. */
export interface FoolingKind {
  readonly name: string;
  readonly evolution: ExperimentStep<EvolutionOutcome>;
}

/** What is done to an image before the network sees it; drawn afresh so often where chance has a part. */
interface Treatment {
  readonly what: string;
  readonly draws: number;
  readonly apply: (picture: Image, random: RandomStream) => Image;
}

const drawsOfChance = 4;

function treatments(host: Host, { preprocessing }: Model, { shift, noise }: Options): Treatment[] {
  const [, height] = preprocessing.image;
  const within = (random: RandomStream) => random.below(2 * shift + 1) - shift;
  return [
    { what: 'none', draws: 1, apply: (picture) => picture },
    {
      what: `noise of ${String(noise)} grey levels`,
      draws: drawsOfChance,
      apply: (picture, random) => noisy(picture, noise, random),
    },
    { what: 'blur of 1/28 of the side', draws: 1, apply: (picture) => blurred(picture, height / 28) },
    { what: 'JPEG of quality 50', draws: 1, apply: (picture) => host.throughJpeg(picture, 50) },
    {
      what: `random shifts of up to ${String(shift)} pixels`,
      draws: drawsOfChance,
      apply: (picture, random) => moved(picture, { across: within(random), down: within(random) }),
    },
  ];
}

/** Real images first, then every kind of fooling ones. */
interface Images {
  readonly pictures: readonly Image[];
  readonly targets: readonly number[];
  /** How many of each: those that set thresholds, those that try them, and the fooling ones of each kind. */
  readonly sizes: readonly [calibrating: number, real: number, ...fooling: number[]];
}

export function defenceStep(kinds: readonly FoolingKind[], options: Options): ExperimentStep<Defences> {
  const realOf = async (host: Host): Promise<LabelledBatch | undefined> => {
    const { model } = await host.loadModel(options.model);
    const source = options.images ?? (model.architecture.name === 'lenet' ? 'mnist' : undefined);
    return source === undefined ? undefined : host.testImages(source, model, options.real);
  };
  return {
    ...{ id: 'trial', title: 'defences', result: defenceResults },
    evaluations: (options.real + 10 * kinds.length) * (3 + 2 * drawsOfChance),
    check: async (host) => {
      await realOf(host);
    },
    run: async (host) => {
      const { model } = await host.loadModel(options.model);
      const fooling: ElitePicture[][] = [];
      for (const { evolution } of kinds) fooling.push(await elitePictures(host, evolution));
      const images = together(model, await realOf(host), fooling);
      const tried: { what: string; outputs: Float32Array[][] }[] = [];
      let before = 0;
      for (const [number, treatment] of treatments(host, model, options).entries()) {
        const outputs: Float32Array[][] = [];
        for (let draw = 0; draw < treatment.draws; draw++) {
          const treated = images.pictures.map((picture, index) =>
            treatment.apply(
              picture,
              RandomStream.of(options.seed, streams.defenceDraws, number, draw, index),
            ),
          );
          const onJudged = (judged: number) => {
            host.progress(before + judged, treatment.what);
          };
          const { shouldStop } = host;
          const logits = await host.withDevice((gpu) =>
            outputsOfAll(gpu, model, treated, { onJudged, shouldStop }),
          );
          if (!logits) return undefined;
          outputs.push(logits);
          before += treated.length;
        }
        tried.push({ what: treatment.what, outputs });
      }
      const names = kinds.map(({ name }) => name);
      return settled(images, names, tried);
    },
  };
}

function together(
  { preprocessing }: Model,
  real: LabelledBatch | undefined,
  kinds: readonly (readonly ElitePicture[])[],
): Images {
  const extent = preprocessing.image;
  const size = volume(extent);
  const count = real?.targets.length ?? 0;
  const pictures = Array.from({ length: count }, (_, image): Image => {
    return { extent, bytes: real?.images.slice(size * image, size * (image + 1)) ?? new Uint8Array() };
  });
  const fooling = kinds.flat();
  const calibrating = Math.floor(count / 2);
  return {
    pictures: [...pictures, ...fooling],
    targets: [...Array.from(real?.targets ?? []), ...fooling.map(({ class: number }) => number)],
    sizes: [calibrating, count - calibrating, ...kinds.map(({ length }) => length)],
  };
}

function settled(
  { targets, sizes }: Images,
  kinds: readonly string[],
  tried: readonly { readonly what: string; readonly outputs: readonly Float32Array[][] }[],
): Defences {
  const [calibrating, real, total = 0] = sizes;
  const plain = tried[0]?.outputs[0] ?? [];
  const temperature = calibrating === 0 ? null : fittedTemperature(plain.slice(0, calibrating), targets);
  const scored = (what: string, score: (logits: Float32Array) => number) => {
    return { what, verdicts: plain.map((row) => verdictOf(row, score(row))) };
  };
  const scores =
    temperature === null
      ? []
      : [
          scored('threshold on the confidence', (row) => softmaxScore(row)),
          scored('threshold, temperature fitted', (row) => softmaxScore(row, temperature)),
          scored('threshold on the largest logit', maxLogit),
          scored('threshold on the energy', energyScore),
        ];
  const treated = tried.slice(1).map(({ what, outputs }) => ({ what, verdicts: averaged(outputs) }));
  const bare = { what: 'none', verdicts: scored('none', () => 0).verdicts };
  const defences = [bare, ...scores, ...treated].map(({ what, verdicts }) =>
    counted(what, verdicts, targets, sizes),
  );
  return { kinds: [...kinds], total, calibrating, real, temperature, defences };
}

/** Of the mean softmax over the draws. */
function averaged(outputs: readonly Float32Array[][]): DefenceVerdict[] {
  const [first = []] = outputs;
  return first.map((row, image) => {
    const mean = new Float32Array(row.length);
    for (const draw of outputs)
      for (const [number, value] of softmax(draw[image] ?? row).entries())
        mean[number] = (mean[number] ?? 0) + value / outputs.length;
    return verdictOf(mean, Math.max(...mean));
  });
}

/** One defence: its threshold by the first real images, the rest judged by it. */
export function counted(
  what: string,
  verdicts: readonly DefenceVerdict[],
  targets: readonly number[],
  [calibrating, real, ...fooling]: Images['sizes'],
): Defences['defences'][number] {
  const threshold = calibrating === 0 ? undefined : thresholdOf(verdicts.slice(0, calibrating));
  const part = (from: number, size: number, least?: number) =>
    survivors(verdicts.slice(from, from + size), targets.slice(from, from + size), least);
  const passed = verdicts
    .slice(calibrating, calibrating + real)
    .filter(({ score }) => score >= (threshold ?? -Infinity)).length;
  return {
    what,
    accuracy: real === 0 ? null : part(calibrating, real) / real,
    passing: real === 0 ? null : passed / real,
    survive: fooling.map((size, kind) => {
      const before = fooling.slice(0, kind).reduce((sum, one) => sum + one, calibrating + real);
      return part(before, size, threshold);
    }),
  };
}

/** The table, out of what was counted alone. */
export function defenceRows({ defences, kinds, total }: Defences): ConclusionRow[] {
  return defences.map(({ what, accuracy, passing, survive }) => {
    const real =
      accuracy === null || passing === null
        ? ''
        : `real: ${formatPerCent(accuracy)} right, ${formatPerCent(passing)} pass; `;
    const fooling = survive.map((count, kind) => `${kinds[kind] ?? ''} ${String(count)} of ${String(total)}`);
    return {
      what,
      paper: 'not tried',
      here: `${real}fooling: ${fooling.join(', ')}`,
    };
  });
}

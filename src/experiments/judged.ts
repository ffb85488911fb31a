/** What a network says of pictures that an experiment made: confidences, or the outputs of a layer. */
import type { Gpu } from '../gpu/device.ts';
import { run } from '../gpu/program.ts';
import { createClassifier } from '../model/classifier.ts';
import { padPlanes } from '../image/image-layout.ts';
import { createJudge, imagesAtATime } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import type { Image } from '../image/image.ts';

/** Pictures of one call: few enough that a stop is noticed early. */
const mostAtATime = 64;

interface Watch {
  /** @param judged pictures so far */
  readonly onJudged: (judged: number) => void;
  readonly shouldStop: () => boolean;
}

/**
 * @param atATime most pictures of one call
 * @returns [picture][class], or undefined where it was stopped
 */
export async function confidencesOfAll(
  gpu: Gpu,
  model: Model,
  pictures: readonly Image[],
  watch: Watch,
  crops: 1 | 10 = 1,
  atATime = mostAtATime,
): Promise<Float32Array[] | undefined> {
  const most = imagesAtATime(model, Math.max(1, pictures.length), atATime);
  using judge = await createJudge(gpu, model, most, crops);
  return await inTurns(pictures, most, watch, (turn) => judge.judge(joinedBytes(turn), turn.length));
}

/**
 * What the last layer of the model's architecture gives for the centre crop: logits, unless the architecture is a part of one.
 *
 * @returns [picture][unit], or undefined where it was stopped
 */
export async function outputsOfAll(
  gpu: Gpu,
  model: Model,
  pictures: readonly Image[],
  watch: Watch,
): Promise<Float32Array[] | undefined> {
  const { images, classifier } = await classifierInOneTurn(gpu, model, pictures.length);
  const { classes, batch, logits } = classifier.network;
  const [, height, width] = model.preprocessing.image;
  try {
    return await inTurns(pictures, images, watch, async (turn) => {
      gpu.write(classifier.images, padPlanes(joinedBytes(turn), height * width));
      run(gpu, classifier.program);
      const all = new Float32Array(await gpu.read(logits, 4 * classes * batch));
      return turn.map((_, image) =>
        Float32Array.from({ length: classes }, (__, unit) => all[unit * batch + image] ?? 0),
      );
    });
  } finally {
    classifier.destroy();
  }
}

/** The network's own outputs are those of the last turn: so many images that there is only one. */
async function classifierInOneTurn(gpu: Gpu, model: Model, count: number) {
  for (let images = imagesAtATime(model, Math.max(1, count), mostAtATime); ; images = Math.ceil(images / 2)) {
    const classifier = await createClassifier(gpu, model, { images, crops: 1 });
    if (classifier.network.batch >= images) return { images, classifier };
    classifier.destroy();
  }
}

async function inTurns(
  pictures: readonly Image[],
  most: number,
  { onJudged, shouldStop }: Watch,
  judge: (turn: readonly Image[]) => Promise<Float32Array[]>,
): Promise<Float32Array[] | undefined> {
  const found: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += most) {
    if (shouldStop()) return undefined;
    found.push(...(await judge(pictures.slice(first, first + most))));
    onJudged(found.length);
  }
  return found;
}

/** Bytes [picture, channels, height, width]. */
export function joinedBytes(pictures: readonly Image[]): Uint8Array<ArrayBuffer> {
  const size = pictures[0]?.bytes.length ?? 0;
  const all = new Uint8Array(size * pictures.length);
  for (const [index, { bytes }] of pictures.entries()) all.set(bytes, size * index);
  return all;
}

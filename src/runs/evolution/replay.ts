/**
 * Makes the ancestors of an elite again. Their genomes were not kept: a child's follows from its parent's, the seed, the
 * generation and its number therein, so that a line is replayed from its random individual of generation 0.
 */
import { createPopulation } from '../../genome/create-population.ts';
import type { Population } from '../../genome/population.ts';
import type { Ancestor } from '../../evolution/lineage.ts';
import type { RunSettings } from './records.ts';
import type { Gpu } from '../../gpu/device.ts';
import { run } from '../../gpu/program.ts';
import { createClassifier, type Classifier } from '../../model/classifier.ts';
import { imageWords, unpadPlanes } from '../../image/image-layout.ts';
import { imagesAtATime } from '../../model/judge.ts';
import type { Model } from '../../model/model.ts';

/** An ancestor as it was drawn again. */
export interface Replayed {
  readonly ancestor: Ancestor;
  /** Bytes [channels, height, width]. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of this picture, judged afresh: [class]. */
  readonly confidences: Float32Array;
}

/** A line of ancestors that is to be bred again. */
export interface Replay {
  readonly gpu: Gpu;
  readonly model: Model;
  readonly settings: RunSettings;
  /** From generation 0 on, each the parent of the next. */
  readonly line: readonly Ancestor[];
  /** Places in the line, ascending, of those to draw and judge. */
  readonly shown: readonly number[];
}

/** Pictures that are drawn and judged at a time. */
const mostAtATime = 64;

/** @throws RangeError where the line does not begin in generation 0 */
export async function replay({ gpu, model, settings, line, shown }: Replay): Promise<Replayed[]> {
  if (line[0]?.parent !== null)
    throw new RangeError('a replay begins with a random individual of generation 0');
  const { image } = model.preprocessing;
  const images = imagesAtATime(model, shown.length, mostAtATime);
  const { crops, randomViews, denseWeights: denseStorage = 'f32', seed } = settings;
  using classifier = await createClassifier(gpu, model, {
    ...{ images, crops, denseStorage },
    ...(randomViews && { randomViews }),
  });
  const sizes = { size: images, cells: shown.length + 1, seed, extent: image };
  using population = await createPopulation(gpu, settings, { ...sizes, images: classifier.images });
  await breed(population, line, shown, settings.population);
  const pictures: Omit<Replayed, 'ancestor'>[] = [];
  for (let first = 0; first < shown.length; first += images) {
    const cells = [...shown.keys()].slice(first, first + images);
    await population.show(cells);
    run(gpu, population.render(), classifier.program);
    pictures.push(...(await readBack(gpu, classifier, images)).slice(0, cells.length));
  }
  return pictures.flatMap((picture, index): Replayed[] => {
    const ancestor = line[shown[index] ?? -1];
    return ancestor ? [{ ancestor, ...picture }] : [];
  });
}

/** Leaves the genomes of those to be shown in the cells 0, 1, …; the last cell is for those between. */
async function breed(
  population: Population,
  line: readonly Ancestor[],
  shown: readonly number[],
  childrenPerGeneration: number,
): Promise<void> {
  const cells = new Map(shown.map((place, cell) => [place, cell]));
  let parent: number | undefined;
  for (const [place, { id, generation }] of line.entries()) {
    const cell = cells.get(place) ?? shown.length;
    await population.replay(cell, { generation, child: id - generation * childrenPerGeneration, parent });
    parent = cell;
  }
}

async function readBack(
  gpu: Gpu,
  { model, images: buffer, confidences, network: { classes } }: Classifier,
  images: number,
): Promise<Omit<Replayed, 'ancestor'>[]> {
  const { image } = model.preprocessing;
  const [, height, width] = image;
  const bytes = 4 * imageWords(image);
  const [pixels, all] = await Promise.all([
    gpu.read(buffer, bytes * images),
    gpu.read(confidences, 4 * classes * images),
  ]);
  const values = new Float32Array(all);
  return Array.from({ length: images }, (_, index) => ({
    bytes: unpadPlanes(new Uint8Array(pixels, bytes * index, bytes), height * width).slice(),
    confidences: Float32Array.from({ length: classes }, (_, number) => values[number * images + index] ?? 0),
  }));
}

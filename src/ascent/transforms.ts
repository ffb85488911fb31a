/** What the network is shown of a picture: the centre crop, or that moved, turned and enlarged at random. */
import { mat2d } from 'gl-matrix';
import type { Preprocessing } from '../model/preprocessing.ts';
import { viewsOf } from '../model/crops.ts';
import type { Extent } from '../network/layer.ts';
import { cosine, sine } from '../random/fixed-math.ts';
import { streams } from '../random/streams.ts';
import { RandomStream } from '../random/threefry.ts';
import type { Objective } from './objective/objective.ts';
import type { OwnTransform, Transformation } from './settings.ts';

/** Takes a place of the network's input to one of the picture, in columns and rows whose middles are whole numbers. */
export function plainView({ image, crop }: Preprocessing, [, height, width]: Extent): mat2d {
  const [view] = viewsOf(image, crop, 1);
  if (!view) throw new Error('a picture has at least one view');
  const [across, down] = [view.width / width, view.height / height];
  return mat2d.fromValues(across, 0, 0, down, view.left + 0.5 * across - 0.5, view.top + 0.5 * down - 0.5);
}

/**
 * The plain view of a picture that was moved, turned and enlarged about its middle, each uniformly at random.
 * @param image extent of the picture
 * @param iteration which transformations of the caller's own are told
 */
export function transformedView(
  plain: mat2d,
  image: Extent,
  { jitter, rotate, scale, own = [] }: Transformation,
  random: RandomStream,
  iteration = 0,
): mat2d {
  const within = (most: number) => most * (2 * random.uniform() - 1);
  const [across, down] = [within(jitter), within(jitter)];
  const turn = (within(rotate) * Math.PI) / 180;
  const size = 1 + within(scale);
  const [, height, width] = image;
  const centre = [(width - 1) / 2, (height - 1) / 2] as const;
  const map = mat2d.create();
  mat2d.translate(map, map, [centre[0] + across, centre[1] + down]);
  // Not gl-matrix' rotation, whose sine and cosine are the engine's own.
  mat2d.multiply(map, map, [cosine(turn), sine(turn), -sine(turn), cosine(turn), 0, 0]);
  // The picture grows when the places that are looked at come closer together.
  mat2d.scale(map, map, [1 / size, 1 / size]);
  mat2d.translate(map, map, [-centre[0], -centre[1]]);
  const uniform = () => random.uniform();
  for (const transform of own)
    mat2d.multiply(map, map, mat2d.fromValues(...transform({ random: uniform, image, iteration })));
  return mat2d.multiply(map, map, plain);
}

/** Moves the picture by up to so many pixels to either side. */
export const jitter = (pixels: number): Partial<Transformation> => ({ jitter: pixels });

/** Turns it by up to so many degrees to either side. */
export const rotate = (degrees: number): Partial<Transformation> => ({ rotate: degrees });

/** Enlarges or shrinks it by up to this share, e.g. 0.1. */
export const scale = (share: number): Partial<Transformation> => ({ scale: share });

/** A transformation, or a function that says where the places of what is shown lie in the picture. */
export type Transform = Partial<Transformation> | OwnTransform;

/** A stream that depends on the objective alone, so that its image is the same in whatever batch it is climbed. */
export function objectiveStream(
  seed: number,
  purpose: (typeof streams)[keyof typeof streams],
  { name }: Objective,
  ...path: readonly number[]
): RandomStream {
  const letters = Array.from({ length: name.length }, (_, index) => name.charCodeAt(index));
  return RandomStream.of(seed, purpose, ...letters, ...path);
}

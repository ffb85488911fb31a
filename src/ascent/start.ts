/** Where an ascent starts: what the parameters are before the first step. */
import type { Gpu } from '../gpu/device.ts';
import { Program, bind, run, type Dispatch } from '../gpu/program.ts';
import { add } from '../kernels/layers/add.ts';
import { boundParameters } from '../kernels/ascent/ascent-step.ts';
import { noise } from '../kernels/ascent/noise.ts';
import { streams } from '../random/streams.ts';
import type { Objective } from './objective/objective.ts';
import type { Parametrisation } from './parametrisation/parametrisation.ts';
import type { Centred } from './parametrisation/pixel.ts';
import { noiseOf, startsFromPictures, type Start } from './settings.ts';
import { objectiveStream } from './transforms.ts';
import { ResourceStack } from '../util/resources.ts';

/** The picture that an objective starts from, minus the mean image. */
export type PictureFor = (objective: Objective) => Centred;

export interface StartOptions {
  readonly start: Start;
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly batch: number;
  /** What an objective starts from, where that is a picture. */
  readonly pictureFor?: PictureFor;
  /** [values, batch]: gets the pictures without the noise, where a ball needs them. */
  readonly centre?: GPUBuffer;
  /** [values, 2]. */
  readonly bounds: GPUBuffer;
}

/**
 * Writes the parameters of the start. The noise of a lane depends on the seed and its objective alone.
 * @throws Error where the start is a picture and none is given
 */
export async function writeStart(
  gpu: Gpu,
  { parameters, values }: Pick<Parametrisation, 'parameters' | 'values'>,
  { start, seed, objectives, batch, pictureFor, centre, bounds }: StartOptions,
): Promise<void> {
  using scratch = new ResourceStack();
  const dispatches: Dispatch[] = [];
  const size = noiseOf(start);
  if (size > 0) {
    const keys = scratch.use(gpu.bufferFrom('keys of the start', keysOf(objectives, seed, batch)));
    const kind = start.from === 'gaussian' ? 'gaussian' : 'uniform';
    dispatches.push(await bind(gpu, 'start', noise({ values, batch, kind, size }), { keys, x: parameters }));
  } else {
    gpu.write(parameters, new Float32Array(values * batch));
  }
  if (startsFromPictures(start)) {
    if (!pictureFor) throw new Error('the pictures of the start were not handed over');
    const pictures = side(objectives.slice(0, batch).map(pictureFor), values, batch);
    const added = centre ?? scratch.use(gpu.buffer('pictures of the start', 4 * values * batch));
    gpu.write(added, pictures);
    dispatches.push(await bind(gpu, 'picture', add(values * batch), { a: added, b: parameters }));
  }
  const tensors = { parameters, bounds };
  dispatches.push(await bind(gpu, 'bounds', boundParameters(values, batch), tensors));
  run(gpu, new Program(dispatches));
}

/** u32 [batch, 2]; lanes without an objective share one. */
function keysOf(objectives: readonly Objective[], seed: number, batch: number): Uint32Array<ArrayBuffer> {
  const keys = new Uint32Array(2 * batch);
  for (const [lane, objective] of objectives.slice(0, batch).entries())
    keys.set(objectiveStream(seed, streams.ascentStart, objective).key, 2 * lane);
  return keys;
}

/** One [values] of each lane → [values, batch]. Lanes without one have the mean image. */
function side(pictures: readonly Centred[], values: number, batch: number): Float32Array<ArrayBuffer> {
  const all = new Float32Array(values * batch);
  for (const [lane, picture] of pictures.entries())
    for (let value = 0; value < values; value++) all[value * batch + lane] = picture[value] ?? 0;
  return all;
}

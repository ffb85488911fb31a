/** Where an ascent starts: what the parameters are before the first step. */
import type { Gpu } from '../gpu/device.ts';
import { Program, bind, run, type Dispatch } from '../gpu/program.ts';
import { add } from '../kernels/add.ts';
import { boundClimb } from '../kernels/climb.ts';
import { noise } from '../kernels/noise.ts';
import { streams } from '../random/streams.ts';
import type { Objective } from './objective.ts';
import type { Parametrisation } from './parametrisation.ts';
import type { Centred } from './pixel.ts';
import type { Start } from './settings.ts';
import { objectiveStream } from './views.ts';

export interface StartOptions {
  readonly start: Start;
  readonly seed: number;
  readonly objectives: readonly Objective[];
  readonly batch: number;
  /** The picture to start from, where it is one. */
  readonly picture?: Centred;
  /** [values, 2]. */
  readonly bounds: GPUBuffer;
}

/**
 * Writes the parameters of the start. The noise of a slot depends on the seed and its objective alone.
 * @throws Error where the start is a picture and none is given
 */
export async function writeStart(
  gpu: Gpu,
  { parameters, values }: Pick<Parametrisation, 'parameters' | 'values'>,
  { start, seed, objectives, batch, picture, bounds }: StartOptions,
): Promise<void> {
  const own: GPUBuffer[] = [];
  const dispatches: Dispatch[] = [];
  const size = start.from === 'mean' ? 0 : start.from === 'picture' ? start.noise : start.size;
  if (size > 0) {
    const keys = gpu.bufferFrom('keys of the start', keysOf(objectives, seed, batch));
    own.push(keys);
    const kind = start.from === 'gaussian' ? 'gaussian' : 'uniform';
    dispatches.push(await bind(gpu, 'start', noise({ values, batch, kind, size }), [keys, parameters]));
  } else {
    gpu.write(parameters, new Float32Array(values * batch));
  }
  if (start.from === 'picture') {
    if (!picture) throw new Error(`the picture ${start.file} was not handed over`);
    const everywhere = gpu.bufferFrom('picture of the start', repeated(picture, batch));
    own.push(everywhere);
    dispatches.push(await bind(gpu, 'picture', add(values * batch), [everywhere, parameters]));
  }
  const tensors = { 9: parameters, 11: bounds };
  dispatches.push(await bind(gpu, 'bounds', boundClimb(values, batch), tensors));
  run(gpu, new Program(dispatches));
  for (const buffer of own) buffer.destroy();
}

/** u32 [batch, 2]; slots without an objective share one. */
function keysOf(objectives: readonly Objective[], seed: number, batch: number): Uint32Array<ArrayBuffer> {
  const keys = new Uint32Array(2 * batch);
  for (const [slot, objective] of objectives.slice(0, batch).entries())
    keys.set(objectiveStream(seed, streams.ascentStart, objective).key, 2 * slot);
  return keys;
}

/** [values] → [values, batch]. */
function repeated(picture: Centred, batch: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: picture.length * batch },
    (_, index) => picture[Math.floor(index / batch)] ?? 0,
  );
}

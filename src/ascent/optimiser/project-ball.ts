/** Keeps images, and the bytes that are drawn of them, in balls around the pictures that they started from. */
import type { Gpu } from '../../gpu/device.ts';
import { bind, type Dispatch } from '../../gpu/program.ts';
import {
  ballChoose,
  clampToCube,
  ballDistance,
  ballProject,
  ballShrink,
  ballSquares,
  squaresWords,
} from '../../kernels/ascent/project-ball.ts';
import { productFloats } from '../../kernels/ascent/batched-dot.ts';
import type { DrawAround } from '../parametrisation/parametrisation.ts';
import type { Ball } from '../settings.ts';
import { ResourceStack, freedBy, type Resource } from '../../util/resources.ts';

interface Image {
  readonly values: number;
  readonly batch: number;
  /** [values, batch]. */
  readonly parameters: GPUBuffer;
}

export interface KeptInBall extends Resource {
  /** [values, batch]: what each lane starts from; written together with the start. */
  readonly centre: GPUBuffer;
  /** Brings the image back into the ball, then draws it. */
  readonly draw: Dispatch[];
}

/** What the kernels of a ball take on the device, in bytes. */
export const ballBytes = (values: number, batch: number): number =>
  4 * values * batch + 4 * squaresWords(batch) + 4 * productFloats(batch);

export async function createBall(
  gpu: Gpu,
  { values, batch, parameters }: Image,
  { norm, radius }: Ball,
  draw: DrawAround,
): Promise<KeptInBall> {
  using made = new ResourceStack();
  const centre = made.use(gpu.buffer('centre of the ball', 4 * values * batch));
  if (norm === 'linf') {
    // Bytes are whole numbers, and so is the most by which one of them may change.
    const shape = { values, batch, radius: Math.floor(radius) };
    const clamp = await bind(gpu, 'clamp', clampToCube(shape), { x: parameters, centre });
    const drawn = [clamp, await draw.nearest(parameters)];
    return { centre, draw: drawn, ...freedBy(made.move()) };
  }
  const shape = { values, batch, radius };
  const partial = made.use(gpu.buffer('distance', 4 * productFloats(batch)));
  const factor = made.use(gpu.buffer('shrinking', 4 * batch));
  const squares = made.use(gpu.buffer('squares of changes', 4 * squaresWords(batch)));
  const shifts = made.use(gpu.buffer('rounding', 4 * batch));
  const image = { x: parameters, centre };
  const drawn = [
    await bind(gpu, 'distance', ballDistance(shape), { ...image, partial }),
    await bind(gpu, 'shrink', ballShrink(shape), { partial, factor }),
    await bind(gpu, 'project', ballProject(shape), { ...image, factor }),
    await bind(gpu, 'squares', ballSquares(shape), { ...image, squares_of: squares }),
    await bind(gpu, 'choose', ballChoose(shape), { squares_of: squares, shifts }),
    await draw.around(parameters, centre, shifts),
  ];
  return { centre, draw: drawn, ...freedBy(made.move()) };
}

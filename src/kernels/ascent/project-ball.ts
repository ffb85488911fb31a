/** Keeps images within a ball, and their bytes, too; see `shaders/ascent/project-ball.wgsl`. */
import source from '../../../shaders/ascent/project-ball.wgsl';
import { elementwise } from '../elementwise.ts';
import { productParts } from './batched-dot.ts';
import {
  launchOf,
  onlyRead,
  read,
  readWrite,
  write,
  type EntryOf,
  type KernelFamily,
  type LaunchOf,
} from '../family.ts';

export const projectBallFamily = {
  name: 'project-ball',
  group: 'ascent',
  computes: 'projection onto an L2 or L∞ ball, for floats and for the bytes that are drawn of them',
  shaders: { 'project-ball': source },
  entries: {
    clamp_to_cube: { bindings: { x: readWrite(0), centre: read(1) } },
    distance_parts: { bindings: { x: onlyRead(0), centre: read(1), partial: write(2) } },
    shrink: { bindings: { partial: onlyRead(2), factor: write(3) } },
    project: { bindings: { x: readWrite(0), centre: read(1), factor: onlyRead(3) } },
    squares: { bindings: { x: onlyRead(0), centre: read(1), squares_of: write(4) } },
    choose: { bindings: { squares_of: onlyRead(4), shifts: write(5) } },
  },
} as const satisfies KernelFamily;

type BallLaunch<E extends EntryOf<typeof projectBallFamily>> = LaunchOf<typeof projectBallFamily, E>;

export interface BallShape {
  readonly values: number;
  /** Images, a multiple of 4. */
  readonly batch: number;
  readonly radius: number;
}

/** Ways of rounding that are compared. */
const levels = 17;

/** Sums of the squares of the changes, u32 [levels, productParts, batch]. */
export const squaresWords = (batch: number): number => levels * productParts * batch;

/** Binds x and centre, both [values, batch]. */
export function clampToCube(shape: BallShape): BallLaunch<'clamp_to_cube'> {
  const { values, batch } = shape;
  return launch('clamp_to_cube', shape, (values * batch) / 4, 4 * values * batch);
}

/** Binds x and centre, both [values, batch], and partial, the sums in parts [productParts, batch]. */
export function ballDistance(shape: BallShape): BallLaunch<'distance_parts'> {
  const { values, batch } = shape;
  return launch('distance_parts', shape, (productParts * batch) / 4, 3 * values * batch);
}

/** Binds partial and factor [batch]. */
export function ballShrink(shape: BallShape): BallLaunch<'shrink'> {
  return launch('shrink', shape, shape.batch / 4, productParts * shape.batch);
}

/** Binds x, centre and factor. */
export function ballProject(shape: BallShape): BallLaunch<'project'> {
  const { values, batch } = shape;
  return launch('project', shape, (values * batch) / 4, 3 * values * batch);
}

/** Binds x, centre and squares_of, of `squaresWords`. */
export function ballSquares(shape: BallShape): BallLaunch<'squares'> {
  const { values, batch } = shape;
  return launch('squares', shape, (productParts * batch) / 4, 5 * levels * values * batch);
}

/** Binds squares_of and shifts [batch], with which `quantiseAround` rounds. */
export function ballChoose(shape: BallShape): BallLaunch<'choose'> {
  const sums = squaresWords(shape.batch);
  return launchOf(projectBallFamily, 'choose', {
    variant: 'lanes32',
    constants: constantsOf(shape),
    workgroups: [shape.batch / 4, 1, 1],
    flops: 4 * sums,
    bytes: 4 * sums,
  });
}

function launch<E extends EntryOf<typeof projectBallFamily>>(
  entryPoint: E,
  shape: BallShape,
  count: number,
  flops: number,
): BallLaunch<E> {
  return elementwise(projectBallFamily, entryPoint, count, {
    constants: constantsOf(shape),
    flops,
    bytes: 4 * flops,
  });
}

/** No picture is further from another than this, and its square still is exact. */
const furthest = 2 ** 23;

function constantsOf({ values, batch, radius }: BallShape): Record<string, number> {
  const within = Math.min(radius, furthest);
  const limit = Math.floor(within * within);
  return {
    VALUES: values,
    BATCH: batch / 4,
    PARTS: productParts,
    RADIUS: radius,
    LIMIT_HIGH: Math.floor(limit / 65_536),
    LIMIT_LOW: limit % 65_536,
  };
}

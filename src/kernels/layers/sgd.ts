/** A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`. */
import source from '../../../shaders/layers/sgd.wgsl';
import { elementwise } from '../elementwise.ts';
import {
  read,
  readWrite,
  uniform,
  write,
  type EntryOf,
  type KernelFamily,
  type LaunchOf,
} from '../family.ts';

const bindings = { weight: readWrite(0), velocity: readWrite(1), gradient: read(2), step: uniform(3) };

export const sgdFamily = {
  name: 'sgd',
  group: 'layers',
  computes:
    'stochastic gradient descent with momentum and weight decay, and weights turned for the backward pass',
  shaders: { sgd: source },
  entries: {
    main: { bindings },
    turning: { bindings: { ...bindings, turnings: read(4), turned: write(5) } },
  },
} as const satisfies KernelFamily;

/**
 * Binds weight, velocity and gradient (all `values` floats, a multiple of 4), and step, four floats: rate, momentum, decay, 0.
 * @param firstBias where biases begin that follow the weights, a multiple of 4; default: there are none
 */
export function sgd(values: number, firstBias = values): LaunchOf<typeof sgdFamily, 'main'> {
  return launch('main', values, firstBias);
}

/** How the backward pass reads the weights of a layer: each at one place, its inputs innermost, the taps of its kernel reversed. */
export interface Turning {
  /** Inputs and outputs of a group. */
  readonly inputs: number;
  readonly outputs: number;
  /** Of the kernel, 1 of a dense layer. */
  readonly taps: number;
}

/** A turning with the places of both forms, in floats, the first a multiple of 4. */
export interface PlacedTurning extends Turning {
  readonly first: number;
  /** Of the weights [groups, inputs, taps, outputs padded to 4]. */
  readonly floats: number;
  /** Of the first float of [groups, outputs, taps, inputs padded to 4]. */
  readonly place: number;
}

/** What `sgdTurning` binds as turnings. */
export const turningTable = (turnings: readonly PlacedTurning[]): Uint32Array<ArrayBuffer> =>
  Uint32Array.from(
    turnings.flatMap(({ first, floats, inputs, taps, outputs, place }) => [
      first / 4,
      (first + floats) / 4,
      inputs,
      taps,
      outputs,
      place,
    ]),
  );

/** The same; binds also turnings, as `turningTable` has them, and turned, whose padding it leaves as it is. */
export function sgdTurning(values: number, firstBias: number): LaunchOf<typeof sgdFamily, 'turning'> {
  return launch('turning', values, firstBias);
}

function launch<E extends EntryOf<typeof sgdFamily>>(
  entryPoint: E,
  values: number,
  firstBias: number,
): LaunchOf<typeof sgdFamily, E> {
  const count = values / 4;
  return elementwise(sgdFamily, entryPoint, count, {
    constants: { COUNT: count, FIRST_BIAS: firstBias / 4 },
    flops: 5 * values,
    bytes: (entryPoint === 'turning' ? 24 : 20) * values,
  });
}

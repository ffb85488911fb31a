/** Local response normalisation and its gradient; see `shaders/layers/lrn.wgsl`. */
import source from '../../../shaders/layers/lrn.wgsl';
import { elementwise } from '../elementwise.ts';
import { forImages, valuesPerElement } from '../batch-width.ts';
import { read, write, type EntryOf, type KernelFamily, type LaunchOf } from '../family.ts';

export const lrnFamily = {
  name: 'lrn',
  group: 'layers',
  computes: 'local response normalisation across channels and its gradient',
  shaders: { lrn: source },
  entries: {
    forward: { bindings: { x: read(0), y: write(1) } },
    input_gradient: { bindings: { x: read(0), dy: read(2), dx: write(3) } },
  },
} as const satisfies KernelFamily;

/**
 * Shape of a local response normalisation of x [channels, height, width, batch]: y = x / (k + alpha / size · Σ x²)^beta
 * (Krizhevsky et al. 2012, §3.3; alpha over size as Caffe has it).
 */
export interface LrnShape {
  readonly channels: number;
  /** Height × width × batch. */
  readonly plane: number;
  /** Channels that normalise one, odd. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** Binds x [channels, height, width, batch] and y, as x. */
export function lrn(shape: LrnShape): LaunchOf<typeof lrnFamily, 'forward'> {
  return launch(shape, 'forward', 2);
}

/** Binds x, dy and dx, all as x. */
export function lrnInputGradient(shape: LrnShape): LaunchOf<typeof lrnFamily, 'input_gradient'> {
  return launch(shape, 'input_gradient', 3);
}

function launch<E extends EntryOf<typeof lrnFamily>>(
  shape: LrnShape,
  entryPoint: E,
  operands: number,
): LaunchOf<typeof lrnFamily, E> {
  const { channels, plane, size, alpha, beta, k } = shape;
  const values = channels * plane;
  const width = valuesPerElement(plane);
  const constants = { CHANNELS: channels, PLANE: plane / width, SIZE: size, ALPHA: alpha, BETA: beta, K: k };
  return elementwise(lrnFamily, entryPoint, values / width, {
    specialisation: forImages(width),
    constants,
    flops: values * (2 * size + 4) * (operands === 2 ? 1 : size + 1),
    bytes: 4 * values * operands,
  });
}

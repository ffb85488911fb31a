/** Another basis along one axis; see `shaders/ascent/axis-transform.wgsl`. */
import source from '../../../shaders/ascent/axis-transform.wgsl';
import { launchOf, read, write, type KernelFamily, type LaunchOf } from '../family.ts';

export const axisTransformFamily = {
  name: 'axis-transform',
  group: 'ascent',
  computes: 'another basis along one axis: waves to pixels and back',
  shaders: { 'axis-transform': source },
  entries: {
    main: { bindings: { x: read(0), basis: read(1), y: write(2) } },
  },
} as const satisfies KernelFamily;

export interface AxisTransformShape {
  /** Product of the axes before the one that changes. */
  readonly outer: number;
  /** Of the axis that changes. */
  readonly size: number;
  /** Product of the axes behind it, a multiple of 4. */
  readonly inner: number;
}

/** Vec4s of j and of (o, i) of an invocation, as the matrix product's tile of no particular adapter. */
const tile = { ROWS: 2, COLUMNS: 2 } as const;

/** Binds x [outer, size, inner], basis as `basisRows` makes it, and y [outer, size, inner]. */
export function axisTransform({
  outer,
  size,
  inner,
}: AxisTransformShape): LaunchOf<typeof axisTransformFamily, 'main'> {
  const columns = (outer * inner) / 4;
  const lanes = columns >= 64 * tile.COLUMNS ? 64 : 16;
  const pitch = Math.ceil(size / 4);
  return launchOf(axisTransformFamily, 'main', {
    variant: `tile${String(4 * tile.ROWS)}x${String(4 * tile.COLUMNS)}lanes${String(lanes)}`,
    specialisation: { tile },
    constants: { OUTER: outer, SIZE: size, INNER: inner / 4, PITCH: pitch, LANES: lanes },
    workgroups: [Math.ceil(columns / (lanes * tile.COLUMNS)), Math.ceil(pitch / tile.ROWS), 1],
    flops: 2 * outer * size * size * inner,
    bytes: 4 * (2 * outer * size * inner + size * size),
  });
}

/** Lays a basis [size, size] out as the kernel reads it: rows padded with zeros to a multiple of 4. */
export function basisRows(basis: Float64Array, size: number): Float32Array<ArrayBuffer> {
  const pitch = Math.ceil(size / 4) * 4;
  const rows = new Float32Array(size * pitch);
  for (let row = 0; row < size; row++) rows.set(basis.subarray(row * size, (row + 1) * size), row * pitch);
  return rows;
}

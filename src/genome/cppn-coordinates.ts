/**
 * Where a CPPN believes a pixel to be. The published settings feed pixel indices as x and y; the distance from the
 * centre is always taken in coordinates normalised to [−1, 1] (paper §2.3). Either frame may be drawn at any
 * resolution: a larger picture shows the same pattern in more detail.
 */
import { mat2d, vec2 } from 'gl-matrix';

/** Where a CPPN believes a pixel to be: at its row and column (`pixels`), or between −1 and 1 (`normalised`). */
export type Coordinates = 'pixels' | 'normalised';

/** Eight floats of `shaders/genome/cppn.wgsl`'s Frame. */
export function cppnFrame(
  coordinates: Coordinates,
  native: readonly [height: number, width: number],
  drawn: readonly [height: number, width: number] = native,
): Float32Array<ArrayBuffer> {
  const centred = spread(drawn, [-1, -1], [1, 1]);
  const seen = coordinates === 'normalised' ? centred : spread(drawn, [0, 0], [native[1] - 1, native[0] - 1]);
  return Float32Array.of(seen[0], seen[4], seen[3], seen[5], centred[0], centred[4], centred[3], centred[5]);
}

/** The affine map that takes the first pixel of a picture to `first` and its last to `last`. */
function spread([height, width]: readonly [number, number], first: vec2, last: vec2): mat2d {
  const pixels = vec2.fromValues(Math.max(1, width - 1), Math.max(1, height - 1));
  const scale = vec2.divide(vec2.create(), vec2.subtract(vec2.create(), last, first), pixels);
  return mat2d.scale(mat2d.create(), mat2d.fromTranslation(mat2d.create(), first), scale);
}

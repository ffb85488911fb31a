/** What `shaders/image/affine-view.wgsl` computes, in doubles and the plainest loops. */
import type { AffineViewShape } from '../../../src/kernels/image/affine-view.ts';

/** (a, b, c, d, tx, ty). */
export type Affine = readonly [number, number, number, number, number, number];

/** Calls back for every place of the input and every pixel that it sees: indices as the buffers have them. */
function eachPair(
  shape: AffineViewShape,
  maps: readonly Affine[],
  visit: (input: number, channel: number, pixel: number, slot: number, weight: number) => void,
): void {
  const { channels, imageHeight, imageWidth, height, width, batch, clamp } = shape;
  const inside = (place: number, side: number) => Math.min(side - 1, Math.max(0, place));
  for (let slot = 0; slot < batch; slot++) {
    const [a, b, c, d, tx, ty] = maps[slot]!.map(Math.fround) as [...Affine];
    for (let r = 0; r < height; r++)
      for (let k = 0; k < width; k++) {
        const [z, y] = [a * k + c * r + tx, b * k + d * r + ty];
        for (const column of [Math.floor(z), Math.floor(z) + 1])
          for (const row of [Math.floor(y), Math.floor(y) + 1]) {
            const [nearRow, nearColumn] = [inside(row, imageHeight), inside(column, imageWidth)];
            if (!clamp && (nearRow !== row || nearColumn !== column)) continue;
            const weight = (1 - Math.abs(z - column)) * (1 - Math.abs(y - row));
            for (let channel = 0; channel < channels; channel++) {
              const input = ((channel * height + r) * width + k) * batch + slot;
              visit(input, channel, nearRow * imageWidth + nearColumn, slot, weight * shape.scale[channel]!);
            }
          }
      }
  }
}

/** @param pixels bytes [batch, channels, imageHeight · imageWidth]; result [channels, height, width, batch] */
export function seenByAffine(
  shape: AffineViewShape,
  maps: readonly Affine[],
  pixels: Uint8Array,
  mean: Float32Array,
): Float64Array {
  const { channels, height, width, batch, reverseChannels } = shape;
  const plane = shape.imageHeight * shape.imageWidth;
  const x = new Float64Array(channels * height * width * batch);
  eachPair(shape, maps, (input, channel, pixel, slot, weight) => {
    const from = reverseChannels ? channels - 1 - channel : channel;
    const centred = pixels[(slot * channels + from) * plane + pixel]! - mean[channel * plane + pixel]!;
    x[input]! += weight * centred;
  });
  return x;
}

/** @param dinput [channels, height, width, batch]; result [channels, imageHeight, imageWidth, batch] */
export function pulledBackByAffine(
  shape: AffineViewShape,
  maps: readonly Affine[],
  dinput: Float32Array,
): Float64Array {
  const plane = shape.imageHeight * shape.imageWidth;
  const dx = new Float64Array(shape.channels * plane * shape.batch);
  eachPair(shape, maps, (input, channel, pixel, slot, weight) => {
    dx[(channel * plane + pixel) * shape.batch + slot]! += weight * dinput[input]!;
  });
  return dx;
}

/** The plain parametrisation: every value of the image is climbed by itself (paper §2.4). */
import type { Gpu } from '../gpu/device.ts';
import { Program, type Dispatch } from '../gpu/program.ts';
import { volume } from '../nn/layer.ts';
import type { Parametrisation, ParametrisationShape } from './parametrisation.ts';
import type { Ball } from './settings.ts';

/** Values of an image minus the mean image, [channels, height, width] in the network's channel order. */
export type Centred = Float32Array<ArrayBuffer>;

/**
 * The image stays within what bytes can say, and within `ball` where that is a cube.
 * @param drawPicture binds the drawing of X [channels, height, width, batch] into the pictures
 * @param centre of the ball
 */
export async function createPixel(
  gpu: Gpu,
  { extent, batch, mean, imageGradient }: ParametrisationShape,
  drawPicture: (x: GPUBuffer) => Promise<Dispatch>,
  ball?: Ball & { readonly centre: Centred },
): Promise<Parametrisation> {
  const values = volume(extent);
  const parameters = gpu.buffer('image', 4 * values * batch);
  const bounds = new Float32Array(2 * values);
  for (const [value, offset] of mean.entries()) {
    const around = ball?.norm === 'linf' ? (ball.centre[value] ?? 0) : undefined;
    const radius = ball?.radius ?? 0;
    bounds[2 * value] = Math.max(-offset, around === undefined ? -Infinity : around - radius);
    bounds[2 * value + 1] = Math.min(255 - offset, around === undefined ? Infinity : around + radius);
  }
  return {
    values,
    parameters,
    gradient: imageGradient,
    draw: new Program([await drawPicture(parameters)]),
    pullBack: new Program([]),
    bounds,
    destroy() {
      parameters.destroy();
    },
  };
}

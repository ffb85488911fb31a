/** The plain parametrisation: every value of the image is climbed by itself (paper §2.4). */
import type { Gpu } from '../../gpu/device.ts';
import { Program } from '../../gpu/program.ts';
import { volume } from '../../network/layer.ts';
import { createBall } from '../optimiser/project-ball.ts';
import type { DrawAround, Parametrisation, ParametrisationShape } from './parametrisation.ts';
import type { Ball } from '../settings.ts';
import { ResourceStack, freedBy } from '../../util/resources.ts';

/** Values of an image minus the mean image, [channels, height, width] in the network's channel order. */
export type Centred = Float32Array<ArrayBuffer>;

/** The image stays within what bytes can say, and within `ball` around what it started from. */
export async function createPixel(
  gpu: Gpu,
  { extent, batch, mean, imageGradient }: ParametrisationShape,
  draw: DrawAround,
  ball?: Ball,
): Promise<Parametrisation> {
  const values = volume(extent);
  using made = new ResourceStack();
  const parameters = made.use(gpu.buffer('image', 4 * values * batch));
  const kept = made.use(ball && (await createBall(gpu, { values, batch, parameters }, ball, draw)));
  const drawing = new Program(kept?.draw ?? [await draw.nearest(parameters)]);
  const bounds = new Float32Array(2 * values);
  for (const [value, offset] of mean.entries()) bounds.set([-offset, 255 - offset], 2 * value);
  return {
    values,
    parameters,
    gradient: imageGradient,
    draw: drawing,
    pullBack: new Program([]),
    bounds,
    isImage: true,
    ...(kept && { centre: kept.centre }),
    ...freedBy(made.move()),
  };
}

/** Makes the parametrisation that settings name, for the objectives of a batch. */
import type { CppnGenome } from '../encodings/encoding.ts';
import { bind } from '../gpu/program.ts';
import { picture } from '../kernels/picture.ts';
import { streams } from '../random/streams.ts';
import { ascentGenome } from './ascent-genome.ts';
import { createCppnWeights } from './cppn-weights.ts';
import { createFourier } from './fourier.ts';
import type { Objective } from './objective.ts';
import type { Parametrisation, ParametrisationShape } from './parametrisation.ts';
import { createPixel, type Centred } from './pixel.ts';
import type { AscentSettings } from './settings.ts';
import type { Stage } from './stage.ts';
import { objectiveStream } from './views.ts';

export interface ClimbableParametrisation extends Parametrisation {
  /** The genome of every slot, where parameters are those of genomes. @param parameters [values, batch] */
  genomesOf?(parameters: Float32Array<ArrayBuffer>): CppnGenome[];
}

/** @param centre of the ball, where there is one */
export function createParametrisation(
  stage: Stage,
  settings: AscentSettings,
  objectives: readonly Objective[],
  centre?: Centred,
): Promise<ClimbableParametrisation> {
  const { gpu, model, batch, buffers } = stage;
  const { image, mean, channelOrder } = model.preprocessing;
  const [channels, height, width] = image;
  const reverseChannels = channelOrder === 'bgr';
  const shape: ParametrisationShape = {
    extent: image,
    batch,
    mean,
    reverseChannels,
    images: buffers.images,
    imageGradient: buffers.imageGradient,
  };
  const drawPicture = (x: GPUBuffer) =>
    bind(gpu, 'picture', picture({ channels, height, width, batch, reverseChannels }), [
      x,
      buffers.mean,
      buffers.images,
    ]);
  const { parametrisation } = settings;
  switch (parametrisation.kind) {
    case 'pixel':
      return createPixel(
        gpu,
        shape,
        drawPicture,
        settings.ball && centre ? { ...settings.ball, centre } : undefined,
      );
    case 'fourier':
      return createFourier(gpu, shape, drawPicture);
    case 'cppn': {
      const { coordinates, mutations, genomes } = parametrisation;
      const chosen = objectives.map((objective, slot) => {
        const place = settings.objectives.indexOf(objective);
        const given = genomes?.[(place < 0 ? slot : place) % genomes.length];
        const random = objectiveStream(settings.seed, streams.ascentGenomes, objective);
        return given ?? ascentGenome(random, channels, mutations);
      });
      return createCppnWeights(gpu, shape, chosen, coordinates);
    }
  }
}

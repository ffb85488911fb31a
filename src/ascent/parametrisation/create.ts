/** Makes the parametrisation that settings name, for the objectives of a batch. */
import type { CppnGenome } from '../../genome/genome.ts';
import { bind } from '../../gpu/program.ts';
import { picture, pictureAround } from '../../kernels/image/quantise.ts';
import { streams } from '../../random/streams.ts';
import { ascentGenome } from './cppn-genome.ts';
import { createCppnWeights } from './cppn.ts';
import { createFourier } from './fourier.ts';
import type { Objective } from '../objective/objective.ts';
import type { Parametrisation, ParametrisationShape } from './parametrisation.ts';
import { createPixel } from './pixel.ts';
import type { AscentSettings } from '../settings.ts';
import type { ObjectiveGraph } from '../objective-graph.ts';
import { objectiveStream } from '../transforms.ts';

export interface ClimbableParametrisation extends Parametrisation {
  /** The genome of every lane, where parameters are those of genomes. @param parameters [values, batch] */
  genomesOf?(parameters: Float32Array<ArrayBuffer>): CppnGenome[];
}

export function createParametrisation(
  graph: ObjectiveGraph,
  settings: AscentSettings,
  objectives: readonly Objective[],
): Promise<ClimbableParametrisation> {
  const { gpu, model, batch, buffers } = graph;
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
  const drawn = { channels, height, width, batch, reverseChannels };
  const { mean: meanImage, images } = buffers;
  const nearest = (x: GPUBuffer) => bind(gpu, 'picture', picture(drawn), [x, meanImage, images]);
  const around = (x: GPUBuffer, centre: GPUBuffer, shifts: GPUBuffer) =>
    bind(gpu, 'picture', pictureAround(drawn), [x, meanImage, images, centre, shifts]);
  const { parametrisation } = settings;
  switch (parametrisation.kind) {
    case 'pixel':
      return createPixel(gpu, shape, { nearest, around }, settings.ball);
    case 'fourier':
      return createFourier(gpu, shape, nearest);
    case 'cppn': {
      const { coordinates, mutations, genomes } = parametrisation;
      const chosen = objectives.map((objective, lane) => {
        const place = settings.objectives.indexOf(objective);
        const given = genomes?.[(place < 0 ? lane : place) % genomes.length];
        const random = objectiveStream(settings.seed, streams.ascentGenomes, objective);
        return given ?? ascentGenome(random, channels, mutations);
      });
      return createCppnWeights(gpu, shape, chosen, coordinates);
    }
  }
}

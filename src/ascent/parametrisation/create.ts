/** Makes the parametrisation that settings name, for the objectives of a batch. */
import type { CppnGenome } from '../../genome/genome.ts';
import type { Coordinates } from '../../genome/cppn-coordinates.ts';
import { bind } from '../../gpu/program.ts';
import { quantise, quantiseAround } from '../../kernels/image/quantise.ts';
import { streams } from '../../random/streams.ts';
import { AscentSettingsError } from '../settings-error.ts';
import { ascentGenome } from './cppn-genome.ts';
import { createCppnWeights } from './cppn.ts';
import { createFourier } from './fourier.ts';
import type { Objective } from '../objective/objective.ts';
import type { ClimbableParametrisation, ParametrisationContext } from './parametrisation.ts';
import { createPixel } from './pixel.ts';
import { startsFromPictures, type AscentSettings, type ParametrisationSettings } from '../settings.ts';
import type { ObjectiveGraph } from '../objective-graph.ts';
import { objectiveStream } from '../transforms.ts';

/** The values of the image themselves. */
export const pixels = (): ParametrisationSettings => ({ kind: 'pixel' });

/** Amplitudes of waves, colours decorrelated (Olah et al. 2017). */
export const fourier = (): ParametrisationSettings => ({ kind: 'fourier' });

/** Weights of CPPNs (paper §2.3): of genomes, one for each objective, else of random ones that have grown by mutations. */
export function cppn(
  options: {
    readonly coordinates?: Coordinates;
    readonly mutations?: number;
    readonly genomes?: readonly CppnGenome[];
  } = {},
): ParametrisationSettings {
  return { kind: 'cppn', coordinates: 'normalised', mutations: 10, ...options };
}

/** @param objectives of the lanes */
export async function createParametrisation(
  graph: ObjectiveGraph,
  settings: Pick<AscentSettings, 'parametrisation' | 'objectives' | 'seed' | 'ball' | 'start'>,
  objectives: readonly Objective[],
): Promise<ClimbableParametrisation> {
  const context = contextOf(graph, settings.seed, objectives);
  const { gpu, shape, draw } = context;
  const { parametrisation } = settings;
  switch (parametrisation.kind) {
    case 'pixel':
      return createPixel(gpu, shape, draw, settings.ball);
    case 'fourier':
      return createFourier(gpu, shape, (x) => draw.nearest(x));
    case 'cppn': {
      const { coordinates, mutations, genomes } = parametrisation;
      const chosen = objectives.map((objective, lane) => {
        const place = settings.objectives.indexOf(objective);
        const given = genomes?.[(place < 0 ? lane : place) % genomes.length];
        const random = objectiveStream(settings.seed, streams.ascentGenomes, objective);
        return given ?? ascentGenome(random, shape.extent[0], mutations);
      });
      return createCppnWeights(gpu, shape, chosen, coordinates);
    }
    case 'own':
      return checked(await parametrisation.create(context), settings.start);
  }
}

function contextOf(
  { gpu, model, batch, buffers }: ObjectiveGraph,
  seed: number,
  objectives: readonly Objective[],
): ParametrisationContext {
  const { image, mean, channelOrder } = model.preprocessing;
  const [channels, height, width] = image;
  const reverseChannels = channelOrder === 'bgr';
  const { mean: meanImage, images, imageGradient } = buffers;
  const drawn = { channels, height, width, batch, reverseChannels };
  return {
    gpu,
    shape: { extent: image, batch, mean, reverseChannels, images, imageGradient },
    draw: {
      nearest: (x) => bind(gpu, 'picture', quantise(drawn), { x, mean: meanImage, images }),
      around: (x, centre, shifts) =>
        bind(gpu, 'picture', quantiseAround(drawn), { x, mean: meanImage, images, centre, shifts }),
    },
    objectives,
    seed,
  };
}

/** Pictures are written over parameters that are pixels, and over no others. */
function checked(made: ClimbableParametrisation, start: AscentSettings['start']): ClimbableParametrisation {
  if (made.isImage || !startsFromPictures(start)) return made;
  made.destroy();
  throw new AscentSettingsError(
    'parametrisation cannot start from a picture: its parameters are not those of an image',
  );
}

/** What keeps climbed images from being noise (paper §2.4 and its supplement), as programs on the device. */
import type { Gpu } from '../../gpu/device.ts';
import { Program, bind } from '../../gpu/program.ts';
import { blur, gaussianWeights } from '../../kernels/ascent/blur.ts';
import { clearSmallPixels, rankOf, smallPixelThreshold } from '../../kernels/ascent/clip-small.ts';
import type { Extent } from '../../network/layer.ts';
import { volume } from '../../network/layer.ts';
import type { Climb } from '../settings.ts';
import { ResourceStack, freedBy, type Resource } from '../../util/resources.ts';

export interface Regularisers extends Resource {
  /** What is to be done after the step of an iteration, in the published order. */
  after(iteration: number): readonly Program[];
}

interface Image {
  readonly extent: Extent;
  readonly batch: number;
  /** X and the gradient with respect to it, [channels, height, width, batch]. */
  readonly parameters: GPUBuffer;
  readonly gradient: GPUBuffer;
}

/** Blur, then pixels of small norm, then those of small contribution; decay is part of the step. */
export async function createRegularisers(gpu: Gpu, image: Image, climb: Climb): Promise<Regularisers> {
  using made = new ResourceStack();
  const allocate = (label: string, floats: number): GPUBuffer => made.use(gpu.buffer(label, 4 * floats));
  const smallNorm = climb.smallNorm > 0 ? await clearing(gpu, image, climb.smallNorm, false, allocate) : [];
  const smallContribution =
    climb.smallContribution > 0 ? await clearing(gpu, image, climb.smallContribution, true, allocate) : [];
  const always = [...smallNorm, ...smallContribution];
  const blurred = climb.blur ? [await blurring(gpu, image, climb.blur.radius, allocate), ...always] : always;
  const every = climb.blur?.every ?? 1;
  return {
    after: (iteration) => ((iteration + 1) % every === 0 ? blurred : always),
    ...freedBy(made.move()),
  };
}

type Allocate = (label: string, floats: number) => GPUBuffer;

async function blurring(
  gpu: Gpu,
  { extent, batch, parameters }: Image,
  radius: number,
  allocate: Allocate,
): Promise<Program> {
  const [channels, height, width] = extent;
  const weights = gaussianWeights(radius);
  const table = allocate('blur', weights.length);
  gpu.write(table, weights);
  const half = allocate('half blurred', volume(extent) * batch);
  const shape = { channels, height, width, batch, reach: (weights.length - 1) / 2 };
  return new Program([
    await bind(gpu, 'blur rows', blur({ ...shape, along: 'rows' }), {
      sharp: parameters,
      weights: table,
      blurred: half,
    }),
    await bind(gpu, 'blur columns', blur({ ...shape, along: 'columns' }), {
      sharp: half,
      weights: table,
      blurred: parameters,
    }),
  ]);
}

async function clearing(
  gpu: Gpu,
  { extent, batch, parameters, gradient }: Image,
  percent: number,
  contribution: boolean,
  allocate: Allocate,
): Promise<Program[]> {
  const [channels, height, width] = extent;
  const rank = rankOf(percent, height * width);
  const shape = { channels, height, width, batch, rank, contribution };
  const thresholds = allocate('thresholds', batch);
  const tensors = { x: parameters, g: gradient, thresholds };
  const what = contribution ? 'contribution' : 'norm';
  return [
    new Program([
      await bind(gpu, `rank of ${what}`, smallPixelThreshold(shape), tensors),
      await bind(gpu, `small ${what}`, clearSmallPixels(shape), tensors),
    ]),
  ];
}

/** For parametrisations that none of them fits. */
export const noRegularisers: Regularisers = { after: () => [], ...freedBy(new ResourceStack()) };

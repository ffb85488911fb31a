/** What is measured of networks as a whole, and which of it a command line asks for. */
import type { AdapterKind } from '../../src/gpu/device.ts';
import { lenetDescent } from '../../src/model/training/training.ts';
import type { Extent } from '../../src/network/layer.ts';
import { denseStorages, type DenseStorage } from '../../src/network/parameters.ts';
import { NothingFitsError } from '../kernels/filter-cases.ts';

export type NetworkName = 'LeNet' | 'AlexNet';

interface Named {
  /** As its row has it, or how that begins. */
  readonly work: string;
  /** Images. */
  readonly batch: number;
  /** Of so much work that software adapters, which would take minutes, do it only where its batch is named. */
  readonly large?: true;
}

/** Forward, or forward and the gradient to the input. */
export interface PassWork extends Named {
  readonly kind: 'pass';
  readonly network: NetworkName;
  readonly gradient: boolean;
  readonly denseStorage: DenseStorage;
}

/** A step of LeNet's training. */
export interface TrainingWork extends Named {
  readonly kind: 'training';
}

/** CPPNs drawn. */
export interface RenderingWork extends Named {
  readonly kind: 'rendering';
  readonly extent: Extent;
}

/** An iteration of gradient ascent. */
export interface AscentWork extends Named {
  readonly kind: 'ascent';
  readonly network: NetworkName;
}

export type NetworkWork = PassWork | TrainingWork | RenderingWork | AscentWork;

export const isLarge = (network: NetworkName, batch: number): boolean =>
  batch > (network === 'LeNet' ? 1000 : 32);

function passes(
  network: NetworkName,
  gradient: boolean,
  batches: readonly number[],
  denseStorage: DenseStorage,
) {
  const what = gradient ? 'forward + gradient to the input' : 'forward';
  const suffix = denseStorage === 'f32' ? '' : ', dense weights as halves';
  const work = `${network} ${what}${suffix}`;
  return batches.map((batch): PassWork => ({
    kind: 'pass',
    work,
    batch,
    network,
    gradient,
    denseStorage,
    ...(isLarge(network, batch) && { large: true }),
  }));
}

function renderings(extent: Extent, batches: readonly number[]): RenderingWork[] {
  const work = `CPPN rendering, ${extent.join(' × ')}`;
  return batches.map((batch) => ({ kind: 'rendering', work, batch, extent }));
}

function ascents(network: NetworkName, batches: readonly number[]): AscentWork[] {
  const work = `${network} ascent iteration (picture, view, both passes, records, step)`;
  return batches.map((batch) => ({ kind: 'ascent', work, batch, network }));
}

/** In the order in which a repetition measures them. */
export const networkWorks: readonly NetworkWork[] = [
  ...passes('LeNet', false, [4, 200, 1000, 8000], 'f32'),
  ...passes('LeNet', true, [200], 'f32'),
  { kind: 'training', work: 'LeNet training step', batch: lenetDescent.batch },
  ...denseStorages.flatMap((storage) => [
    ...passes('AlexNet', false, [1, 2, 4, 8, 16, 32, ...(storage === 'f32' ? [64, 256] : [])], storage),
    ...passes('AlexNet', true, [1, 2, 4, 8, 16], storage),
  ]),
  ...renderings([1, 28, 28], [200, 2000]),
  ...renderings([3, 256, 256], [40]),
  ...ascents('LeNet', [200]),
  ...ascents('AlexNet', [1, 8, 16]),
];

export interface WorkChoice {
  /** Words of the work, such as `AlexNet` or `training step`. */
  readonly network?: string;
  readonly batch?: readonly number[];
}

/** @throws NothingFitsError with what there is */
export function chooseWorks<Work extends Named>(works: readonly Work[], choice: WorkChoice): Work[] {
  const { network, batch } = choice;
  const ofNetwork = works.filter(
    ({ work }) => network === undefined || work.toLowerCase().includes(network.toLowerCase()),
  );
  const chosen = ofNetwork.filter((work) => batch?.includes(work.batch) ?? true);
  if (chosen.length > 0) return chosen;
  const asked = [network && `--network ${network}`, batch && `--batch ${batch.join(',')}`];
  throw new NothingFitsError(
    `${asked.filter(Boolean).join(' with ')} fits no work; there are: ${worksText(ofNetwork.length > 0 ? ofNetwork : works).join('; ')}`,
  );
}

/**
 * On software adapters, without the large ones, unless their batch is asked for.
 * @param say gets which are left out
 */
export function withoutLarge<Work extends Named>(
  works: readonly Work[],
  kind: AdapterKind,
  { batch }: WorkChoice,
  say: (line: string) => void,
): readonly Work[] {
  if (kind === 'gpu' || batch !== undefined) return works;
  const large = works.filter((work) => work.large === true);
  if (large.length > 0)
    say(
      `left out, since they take minutes without a GPU unless --batch names them: ${worksText(large).join('; ')}`,
    );
  return works.filter((work) => work.large !== true);
}

/** `LeNet forward, batch 4, 200, 1000`: works of one name together. */
export function worksText(works: readonly Named[]): string[] {
  const batches = new Map<string, number[]>();
  for (const { work, batch } of works) batches.set(work, [...(batches.get(work) ?? []), batch]);
  return [...batches].map(([work, all]) => `${work}, batch ${all.join(', ')}`);
}

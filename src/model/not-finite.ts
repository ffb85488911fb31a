/** Answers of a network that are no numbers: found where confidences come back, and followed to the layer that lost them. */
import type { Gpu } from '../gpu/device.ts';
import { Program, run, type Dispatch } from '../gpu/program.ts';
import { follow } from '../network/follow.ts';
import { inputTensor, logitsTensor } from '../network/tensor-names.ts';
import type { Classifier } from './classifier.ts';

/** A network gives no finite answer to an image. */
export class NotFiniteError extends Error {
  override readonly name = 'NotFiniteError';

  /**
   * @param image its index among those that were judged together
   * @param layer the first whose output is not finite
   */
  constructor(
    private readonly model: string,
    readonly image: number,
    readonly layer: string,
    what = `image ${String(image + 1)}`,
  ) {
    super(
      `${model}: the network's answer to ${what} is not a finite number; it is lost at ${layer}, whose values are more than 32-bit floats hold: are the weights, the mean and the scale those of this network?`,
    );
  }

  /** The same, of an image that has a name. */
  of(what: string): NotFiniteError {
    return new NotFiniteError(this.model, this.image, this.layer, what);
  }
}

/**
 * @param confidences [classes, images], as the classifier has just given them
 * @param count images that mean something
 * @throws NotFiniteError for the first image with a value that is not finite
 */
export async function checkConfidences(
  gpu: Gpu,
  classifier: Classifier,
  confidences: Float32Array,
  count: number,
): Promise<void> {
  if (confidences.every(Number.isFinite)) return;
  const images = confidences.length / classifier.network.classes;
  const first = confidences.reduce(
    (least, value, index) => (Number.isFinite(value) ? least : Math.min(least, index % images)),
    count,
  );
  if (first < count) throw await notFinite(gpu, classifier, first);
}

/** Follows an image through the network, layer by layer. The images must still be in the classifier. */
export async function notFinite(gpu: Gpu, classifier: Classifier, image: number): Promise<NotFiniteError> {
  const { model, turns, views } = classifier;
  const turn = turns.findLast(({ first }) => first <= image);
  const inputs = Array.from({ length: views }, (_, view) => (image - (turn?.first ?? 0)) * views + view);
  const layer = await firstLost(gpu, classifier, turn?.dispatches ?? [], inputs);
  return new NotFiniteError(model.name, image, layer ?? 'the softmax');
}

async function firstLost(
  gpu: Gpu,
  { network }: Classifier,
  [view, ...others]: readonly Dispatch[],
  inputs: readonly number[],
): Promise<string | undefined> {
  const isLost = (values: Float32Array, pitch: number) =>
    values.some((value, index) => inputs.includes(index % pitch) && !Number.isFinite(value));
  if (view) run(gpu, new Program([view]));
  const input = new Float32Array(await gpu.read(network.input, network.input.size));
  if (isLost(input, network.batch)) return 'the input';
  for await (const { tensor, values, pitch } of follow(gpu, network, others))
    if (isLost(values, pitch)) return nameOf(tensor, network.architecture.layers.at(-1)?.name);
  return undefined;
}

/** The last layer's output goes by the name of what it is. */
const nameOf = (tensor: string, last: string | undefined): string =>
  tensor === inputTensor ? 'the input' : tensor === logitsTensor ? (last ?? tensor) : tensor;

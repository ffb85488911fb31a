/**
 * Which tensor of a file that lists no layers is which weight: by name where the names are ours, and for the others by shape
 * and order, as long as that leaves one way only.
 */
import type { Tensor } from '../formats/tensor.ts';
import { WeightFileError } from '../formats/weight-file-error.ts';
import type { WeightFile } from '../formats/weight-file.ts';
import type { Architecture } from '../network/layer.ts';
import { parameterShapes } from '../network/parameter-shapes.ts';
import { biasName, weightName, type ParameterShape } from '../network/parameters.ts';
import { ofTraining, partUnknownHere } from './reparametrised.ts';
import { sentence, setting } from '../util/sentence.ts';

interface Pair {
  readonly weight: Tensor;
  readonly bias: Tensor | undefined;
}

/** What is looked for. */
interface Wanted {
  readonly name: string;
  readonly shape: ParameterShape;
  readonly fits: (tensor: Tensor) => boolean;
  /** Names what is wanted of it in the same way, so that several can be given out in order. */
  readonly key: string;
}

export class NamedTensors {
  readonly #left: Set<Tensor>;
  readonly #file: WeightFile;
  readonly #architecture: Architecture;
  readonly #fileName: string;

  constructor(file: WeightFile, architecture: Architecture, fileName: string) {
    this.#file = file;
    this.#architecture = architecture;
    this.#fileName = fileName;
    this.#left = new Set(file.tensors.values());
  }

  /** One for each layer with weights, in order. @throws WeightFileError */
  pairs(): Pair[] {
    const shapes = parameterShapes(this.#architecture);
    const weights = this.#weights(shapes);
    const biases = this.#biases(shapes, weights);
    return weights.map((weight, index) => ({ weight, bias: biases[index] }));
  }

  #weights(shapes: readonly ParameterShape[]): Tensor[] {
    const named = shapes.map(({ layer }) => this.#file.tensors.get(weightName(layer)));
    const areOurs = named.every((tensor) => tensor !== undefined);
    const wanted = shapes.map((shape, index): Wanted => {
      const isLast = index === shapes.length - 1;
      const fits = (tensor: Tensor) => (isLast ? fitsAnyClasses(tensor, shape) : fitsWeight(tensor, shape));
      const key = isLast ? 'last' : shape.fileShape.join();
      return { name: weightName(shape.layer), shape, fits, key };
    });
    // A name in common is kept where the shape goes with it; of names that are all ours the shape is checked later.
    const found = named.map((tensor, index) =>
      tensor && (areOurs || wanted[index]?.fits(tensor)) ? tensor : undefined,
    );
    for (const tensor of found) if (tensor) this.#left.delete(tensor);
    this.#giveOut(wanted, found);
    return found.map((tensor, index) => {
      if (tensor) return tensor;
      const shape = shapes[index];
      const columns = shape?.fileShape.slice(1) ?? [];
      const first = index === shapes.length - 1 ? 'classes' : (shape?.fileShape[0] ?? 0);
      throw missingWeight(
        this.#file,
        shape?.layer ?? '',
        [first, ...columns],
        this.#architecture.name,
        this.#fileName,
      );
    });
  }

  #biases(shapes: readonly ParameterShape[], weights: readonly Tensor[]): (Tensor | undefined)[] {
    const outputs = shapes.map(({ groups, outputs: each }, index) =>
      index === shapes.length - 1 ? weights[index]?.shape[0] : groups * each,
    );
    const wanted = shapes.map((shape, index): Wanted => {
      const fits = (tensor: Tensor) => tensor.shape.length === 1 && tensor.shape[0] === outputs[index];
      return { name: biasName(shape.layer), shape, fits, key: String(outputs[index]) };
    });
    const found = shapes.map(({ layer }, index): Tensor | undefined => {
      const weight = weights[index];
      // Beside a weight that has our name, the bias that has it: its shape is checked later.
      const own = weight?.name === weightName(layer) ? this.#file.tensors.get(biasName(layer)) : undefined;
      if (own || !weight) return own;
      const beside = [...this.#left].filter(
        (tensor) => wanted[index]?.fits(tensor) && stemOf(tensor.name) === stemOf(weight.name),
      );
      return beside.length === 1 ? beside[0] : undefined;
    });
    for (const tensor of found) if (tensor) this.#left.delete(tensor);
    // A file that has our names has all that it should have under them.
    this.#giveOut(wanted, found, (index) => weights[index]?.name !== weightName(shapes[index]?.layer ?? ''));
    return found;
  }

  /** To each that is still wanted a tensor that fits; where several are wanted alike, in order. */
  #giveOut(
    wanted: readonly Wanted[],
    found: (Tensor | undefined)[],
    isOpen: (index: number) => boolean = () => true,
  ): void {
    const open = wanted.flatMap((each, index) =>
      found[index] === undefined && isOpen(index) ? [{ ...each, index }] : [],
    );
    // The last weight fits most: it is given what no other wants.
    const keys = [...new Set(open.map(({ key }) => key))];
    for (const key of keys) {
      const alike = open.filter((each) => each.key === key);
      const all = [...this.#left].filter((tensor) => alike[0]?.fits(tensor));
      // Optimisers keep as much for each weight, of the same shape.
      const ofNetwork = all.filter(({ name }) => !ofTraining(name));
      const fitting = ofNetwork.length >= alike.length ? ofNetwork : all;
      if (fitting.length < alike.length) continue;
      const ordered = fitting.length > alike.length ? undefined : inOrderOfLayers(fitting);
      if (!ordered) throw this.#ambiguous(alike, fitting);
      for (const [place, { index }] of alike.entries()) {
        const tensor = ordered[place];
        if (!tensor) continue;
        found[index] = tensor;
        this.#left.delete(tensor);
      }
    }
  }

  #ambiguous(alike: readonly Wanted[], fitting: readonly Tensor[]): WeightFileError {
    const names = fitting.slice(0, 12).map(({ name, shape }) => `${name} [${shape.join(', ')}]`);
    const more = fitting.length > names.length ? ', …' : '';
    return new WeightFileError(
      sentence`${this.#fileName}: ${alike.map(({ name }) => name).join(' and ')} of ${this.#architecture.name} may be any of ${names.join(', ')}${more}: ${partUnknownHere(this.#file) ?? sentence`rename the tensors to those of the architecture, or leave some out with ${setting('ignore', { value: 'NAME' })}`}`,
    );
  }
}

const fitsWeight = ({ shape, data }: Tensor, { fileShape }: ParameterShape): boolean =>
  shape.join() === fileShape.join() ||
  // A dense layer may be stored as the convolution that it equals.
  (fileShape.length === 2 &&
    shape.length === 4 &&
    shape[0] === fileShape[0] &&
    data.length === (fileShape[0] ?? 0) * (fileShape[1] ?? 0));

const fitsAnyClasses = ({ shape }: Tensor, { fileShape }: ParameterShape): boolean =>
  shape.length === fileShape.length && shape.slice(1).join() === fileShape.slice(1).join();

/** What a layer's weight and bias are called alike: `features.3` of `features.3.weight`, `conv1` of `conv1_w`. */
const stemOf = (name: string): string => name.replace(/[._/:]?[^._/:]*$/, '');

/**
 * The order of the file where it is that of the names too, numbers by their size. A file sorted by text has conv10 before conv8,
 * and there the names count; anything else leaves two ways.
 */
function inOrderOfLayers(tensors: readonly Tensor[]): readonly Tensor[] | undefined {
  const byName = tensors.toSorted((one, other) => collator.compare(one.name, other.name));
  const byText = tensors.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const isFileOrder = [byName, byText].some((order) =>
    order.every((tensor, index) => tensor === tensors[index]),
  );
  return isFileOrder ? byName : undefined;
}

const collator = new Intl.Collator('en', { numeric: true });

/** That a layer's weight is not there, and what is. */
function missingWeight(
  { tensors, ignored }: WeightFile,
  layer: string,
  shape: readonly (number | string)[],
  architecture: string,
  fileName: string,
): WeightFileError {
  const found = [...tensors.values()].map((tensor) => `${tensor.name} [${tensor.shape.join(', ')}]`);
  const some = found.length > 40 ? [...found.slice(0, 40), '…'] : found;
  const passedOver = ignored.find(({ name }) => name === weightName(layer));
  const why = passedOver ? sentence` (${passedOver.name} ${passedOver.reason})` : '';
  return new WeightFileError(
    sentence`${fileName}: no tensor ${weightName(layer)} [${shape.join(', ')}], which ${architecture} needs${why}; the file has ${some.join(', ') || 'no tensors'}`,
  );
}

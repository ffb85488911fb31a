/** What in an ONNX graph does not hang on the image: weights, other names for them, shapes. */
import { labelOf, type OnnxNode } from './onnx-node.ts';
import type { Tensor } from './tensor.ts';
import type { Ignored } from './weight-file.ts';

/** Where a name of the graph leads to: a tensor of the file, as it is or transposed. */
export interface OnnxSource {
  readonly tensor: Tensor;
  readonly isTransposed: boolean;
}

export class OnnxConstants {
  /** Nodes that make something else of weights. */
  readonly ignored: Ignored[] = [];
  /** Outputs of Identity and Transpose nodes. */
  readonly #aliases = new Map<string, OnnxSource>();
  /** Names beside those of tensors. */
  readonly #names = new Set<string>();
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #isPassedOver: (name: string) => boolean;

  /**
   * @param tensors by name; those of Constant nodes may still be added before the nodes that use them
   * @param isPassedOver whether a name is that of a tensor that is no weight, as a shape's
   */
  constructor(tensors: ReadonlyMap<string, Tensor>, isPassedOver: (name: string) => boolean) {
    this.#tensors = tensors;
    this.#isPassedOver = isPassedOver;
  }

  source(name = ''): OnnxSource | undefined {
    const tensor = this.#tensors.get(name);
    return tensor === undefined ? this.#aliases.get(name) : { tensor, isTransposed: false };
  }

  has(name: string): boolean {
    return this.source(name) !== undefined || this.#names.has(name) || this.#isPassedOver(name);
  }

  add(name: string): void {
    this.#names.add(name);
  }

  /** A node whose result does not hang on the image: another name for weights, or something made of them. */
  visit(node: OnnxNode): void {
    this.add(node.output);
    const source = node.inputs.map((input) => this.source(input)).find((each) => each !== undefined);
    if (source === undefined) return;
    const axes = node.attributes.get('perm')?.integers ?? [1, 0];
    if (node.operator === 'Identity') this.#aliases.set(node.output, source);
    else if (node.operator === 'Transpose' && source.tensor.shape.length === 2 && axes.join() === '1,0')
      this.#aliases.set(node.output, { ...source, isTransposed: !source.isTransposed });
    else {
      this.ignored.push({
        name: labelOf(node),
        reason: `${node.operator} uses ${source.tensor.name} otherwise than as the weight of a layer`,
      });
    }
  }
}

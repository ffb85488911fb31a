/**
 * Finds the convolutions and dense layers of an ONNX graph. Nodes come in the order in which data flows, so one walk
 * is enough: Conv and Gemm are layers; MatMul with weights is one; an Add behind one without bias brings it; Identity and
 * Transpose of weights are other names for them; whatever else touches weights is reported.
 */
import type { OnnxNode } from './onnx-node.ts';
import type { Fail } from './refusal.ts';
import type { Tensor } from './tensor.ts';
import type { WeightedLayer } from './weight-file.ts';

/** Where a name of the graph leads to: a tensor of the file, as it is or transposed. */
interface Source {
  readonly tensor: Tensor;
  readonly isTransposed: boolean;
}

export class LayerSearch {
  readonly layers: WeightedLayer[] = [];
  /** Nodes that use weights in another way. */
  readonly ignored: { readonly name: string; readonly reason: string }[] = [];
  /** Outputs of Identity and Transpose nodes. */
  readonly #aliases = new Map<string, Source>();
  /** By the output of a node without bias: the index of its layer, which may still get one. */
  readonly #biasable = new Map<string, number>();
  readonly #tensors: ReadonlyMap<string, Tensor>;
  readonly #fail: Fail;

  /** @param tensors by name; those of Constant nodes may still be added before the nodes that use them */
  constructor(tensors: ReadonlyMap<string, Tensor>, fail: Fail) {
    this.#tensors = tensors;
    this.#fail = fail;
  }

  /**
   * Takes the next node of the graph.
   * @throws WeightFileError by `fail` when a layer uses its weights in a way that a layer here cannot
   */
  visit(node: OnnxNode): void {
    switch (node.operator) {
      case 'Conv':
        this.#addLayer(node, 'convolution', this.#weightOf(node, 4), this.#biasOf(node, 'convolution'));
        break;
      case 'Gemm':
        this.#addGemm(node);
        break;
      case 'MatMul':
        if (!this.#addMatMul(node)) this.#report(node);
        break;
      case 'Add':
        if (!this.#addBias(node)) this.#report(node);
        break;
      case 'Identity':
      case 'Transpose':
        this.#addAlias(node);
        break;
      default:
        this.#report(node);
    }
  }

  #addGemm(node: OnnxNode): void {
    const integer = (attribute: string) => node.attributes.get(attribute)?.integer ?? 0;
    const float = (attribute: string) => node.attributes.get(attribute)?.float ?? 1;
    if (integer('transA') !== 0)
      this.#refuse(node, 'transposes its input (transA), which a dense layer does not');
    const bias = this.#biasOf(node, 'dense');
    for (const factor of bias === undefined ? ['alpha'] : ['alpha', 'beta']) {
      if (float(factor) !== 1) {
        this.#refuse(
          node,
          `scales by ${factor} = ${String(float(factor))}, expected 1; fold the factor into the weights and export again`,
        );
      }
    }
    const { tensor, isTransposed } = this.#weightOf(node, 2);
    // A dense layer has [out, in]: what Gemm calls transposed.
    this.#addLayer(node, 'dense', { tensor, isTransposed: isTransposed !== (integer('transB') === 0) }, bias);
  }

  #addMatMul(node: OnnxNode): boolean {
    const weight = this.#source(node.inputs[1]);
    if (weight?.tensor.shape.length !== 2) return false;
    this.#addLayer(node, 'dense', { ...weight, isTransposed: !weight.isTransposed });
    return true;
  }

  #addBias({ inputs }: OnnxNode): boolean {
    const [first = '', second = ''] = inputs;
    const product = this.#biasable.has(first) ? first : second;
    const index = this.#biasable.get(product);
    const bias = this.#source(product === first ? second : first);
    const layer = index === undefined ? undefined : this.layers[index];
    if (index === undefined || layer === undefined || !bias || !isPerOutput(bias.tensor, layer.kind))
      return false;
    this.#biasable.delete(product);
    this.layers[index] = { ...layer, bias: bias.tensor.name };
    return true;
  }

  #addAlias(node: OnnxNode): void {
    const source = this.#source(node.inputs[0]);
    if (source === undefined) return;
    if (node.operator === 'Identity') {
      this.#aliases.set(node.output, source);
      return;
    }
    const axes = node.attributes.get('perm')?.integers ?? [1, 0];
    if (source.tensor.shape.length === 2 && axes.join() === '1,0') {
      this.#aliases.set(node.output, { ...source, isTransposed: !source.isTransposed });
    } else {
      this.#report(node);
    }
  }

  #addLayer(node: OnnxNode, kind: WeightedLayer['kind'], weight: Source, bias?: string): void {
    const { name } = weight.tensor;
    if (bias === undefined) this.#biasable.set(node.output, this.layers.length);
    this.layers.push({
      name: node.name === '' ? name : node.name,
      kind,
      weight: name,
      ...(bias !== undefined && { bias }),
      transposed: weight.isTransposed,
    });
  }

  #weightOf(node: OnnxNode, rank: number): Source {
    const source = this.#source(node.inputs[1]);
    if (source === undefined) {
      return this.#refuse(
        node,
        `has the weight "${node.inputs[1] ?? ''}", which is no floating-point tensor of the file; export the model ` +
          'with constant folding, without quantisation and with its weights',
      );
    }
    const { shape, name } = source.tensor;
    if (shape.length !== rank) {
      this.#refuse(
        node,
        `has the weight ${name} of shape [${shape.join(', ')}], expected ${String(rank)} dimensions`,
      );
    }
    return source;
  }

  /** ONNX lets Gemm's broadcast, [1, out]; a convolution's is [out]. */
  #biasOf(node: OnnxNode, kind: WeightedLayer['kind']): string | undefined {
    const input = node.inputs[2] ?? '';
    if (input === '') return undefined;
    const bias = this.#source(input)?.tensor;
    const isBias =
      bias !== undefined && (bias.shape.length === 1 || (kind === 'dense' && isPerOutput(bias, kind)));
    if (!isBias) {
      const found =
        bias === undefined
          ? 'is no floating-point tensor of the file'
          : `has the shape [${bias.shape.join(', ')}]`;
      return this.#refuse(node, `has the bias "${input}", which ${found}; expected a tensor [out]`);
    }
    return bias.name;
  }

  #source(name = ''): Source | undefined {
    const tensor = this.#tensors.get(name);
    return tensor === undefined ? this.#aliases.get(name) : { tensor, isTransposed: false };
  }

  #report(node: OnnxNode): void {
    const weight = node.inputs.map((input) => this.#source(input)).find((source) => source !== undefined);
    if (weight === undefined) return;
    this.ignored.push({
      name: labelOf(node),
      reason: `${node.operator} uses ${weight.tensor.name} otherwise than as the weight of a layer`,
    });
  }

  #refuse(node: OnnxNode, problem: string): never {
    return this.#fail(`node ${labelOf(node)} (${node.operator}) ${problem}`);
  }
}

/** Whether a sum with it adds one number to each output: the last axis of a dense layer, the channels of a convolution. */
function isPerOutput({ shape, data }: Tensor, kind: WeightedLayer['kind']): boolean {
  const axis = kind === 'dense' ? shape.length - 1 : shape.length - 3;
  return shape[axis] === data.length;
}

function labelOf({ name, output }: OnnxNode): string {
  return name === '' ? output : name;
}

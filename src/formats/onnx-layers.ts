/**
 * Finds the layers of an ONNX graph. Nodes come in the order in which data flows, so one walk is enough: each takes what the
 * one before gave, and what does not is no chain of layers. Conv and Gemm are layers; MatMul with weights is one; an Add behind
 * one without bias brings it; what multiplies channels or adds to them stands for itself; Identity and Transpose of weights are
 * other names for them; what leaves the values and their order alone is passed over.
 */
import { OnnxConstants, type OnnxSource } from './onnx-constants.ts';
import { constantSum, isPerOutput } from './onnx-sums.ts';
import { floatOf, integerOf, labelOf, type OnnxNode } from './onnx-node.ts';
import { batchNormLayer, responseNormLayer } from './onnx-normalisation.ts';
import { biasOf, refuseNode, weightOf } from './onnx-operands.ts';
import {
  ANSWERS,
  BLIND_TO_ORDER,
  IMAGE_TO_CHANNELS_FIRST,
  isUnchanged,
  OF_THE_SHAPE,
  POOLS,
  SAME_ORDER,
  SUMS,
  TO_CHANNELS_FIRST,
  TO_CHANNELS_LAST,
} from './onnx-operators.ts';
import { convolutionWindow, isDilated, poolLayer } from './onnx-windows.ts';
import type { Fail } from './refusal.ts';
import { isWeighted, type FileLayer, type WeightedLayer } from './weight-file.ts';
import { sentence, setting, type Sentence } from '../util/sentence.ts';

export class LayerSearch {
  readonly layers: FileLayer[] = [];
  /** All names of what the last layer gave; none before the first. */
  readonly #current = new Set<string>();
  /** What the graph is still to give. */
  readonly #outputs: Set<string>;
  readonly #hasOutputs: boolean;
  /** Index of the layer that gave it, which may still get a bias. */
  #biasable: number | undefined;
  #isChannelsLast = false;
  readonly #constants: OnnxConstants;
  readonly #fail: Fail;

  /** @param outputs names of what the graph gives: what comes after them is no part of the network */
  constructor(constants: OnnxConstants, outputs: ReadonlySet<string>, fail: Fail) {
    this.#constants = constants;
    this.#outputs = new Set(outputs);
    this.#hasOutputs = outputs.size > 0;
    this.#fail = fail;
  }

  /**
   * Takes the next node of the graph.
   * @throws WeightFileError by `fail` when a layer uses its weights in a way that a layer here cannot
   */
  visit(node: OnnxNode): void {
    if (this.#hasOutputs && this.#outputs.size === 0) return;
    this.#outputs.delete(node.output);
    const data = node.inputs.filter((name) => name !== '' && !this.#constants.has(name));
    if (data.length === 0 && !this.#isLayer(node)) {
      this.#constants.visit(node);
      return;
    }
    if (OF_THE_SHAPE.has(node.operator)) {
      this.#constants.add(node.output);
      return;
    }
    const stranger = data.find((name) => this.#current.size > 0 && !this.#current.has(name));
    if (stranger !== undefined && data.length === 1)
      this.#addOther(node, `it takes ${stranger}: the graph branches`);
    this.#addNode(node, data);
    // What leaves the values alone gives them another name, and of an answer there may be two: the likeliest class, and how likely.
    const isBeside = stranger === undefined && (isUnchanged(node) || ANSWERS.has(node.operator));
    if (!isBeside) this.#current.clear();
    this.#current.add(node.output);
  }

  #addNode(node: OnnxNode, data: readonly string[]): void {
    const { operator } = node;
    const name = labelOf(node);
    if (this.#isChannelsLast && !BLIND_TO_ORDER.has(operator)) {
      this.#addOther(node, 'it sees rows, columns, channels in this order');
      return;
    }
    if (isUnchanged(node)) return;
    const biasable = this.#biasable;
    this.#biasable = undefined;
    if (POOLS.has(operator)) this.#addPool(node, name);
    else if (ANSWERS.has(operator)) this.layers.push({ kind: 'answer', name, operator });
    else if (SUMS.has(operator)) this.#addSum(node, data, biasable);
    else {
      switch (operator) {
        case 'Relu':
          this.layers.push({ kind: 'relu', name, operator });
          break;
        case 'Conv':
          this.#addConvolution(node);
          break;
        case 'Gemm':
          this.#addGemm(node);
          break;
        case 'MatMul':
          this.#addMatMul(node, data);
          break;
        case 'BatchNormalization':
          this.layers.push(batchNormLayer(node, this.#constants, this.#fail));
          break;
        case 'LRN':
          this.layers.push(responseNormLayer(node, this.#fail));
          break;
        case 'Transpose':
          this.#turn(node);
          break;
        case 'Cast':
          // The number of a class may be of any type.
          if (this.layers.at(-1)?.kind !== 'answer') this.#addOther(node, 'it rounds to another type');
          break;
        default:
          this.#addOther(node);
      }
    }
  }

  #addPool(node: OnnxNode, name: string): void {
    if (isDilated(node)) this.#addOther(node, 'its windows are dilated');
    else this.layers.push(poolLayer(node, name, this.#fail));
  }

  /** Of layers with weights the input may be left unnamed. */
  #isLayer({ operator, inputs }: OnnxNode): boolean {
    return (operator === 'Conv' || operator === 'Gemm') && (inputs[0] ?? '') === '';
  }

  #addConvolution(node: OnnxNode): void {
    const weight = weightOf(node, this.#constants, 4, this.#fail);
    const bias = biasOf(node, this.#constants, 'convolution', this.#fail);
    const window = convolutionWindow(node, weight.tensor.shape.slice(2), this.#fail);
    this.#addLayer(node, 'convolution', weight, bias, { window });
  }

  #addGemm(node: OnnxNode): void {
    if (integerOf(node, 'transA', 0) !== 0)
      refuseNode(this.#fail, node, 'transposes its input (transA), which a dense layer does not');
    const bias = biasOf(node, this.#constants, 'dense', this.#fail);
    for (const factor of bias === undefined ? ['alpha'] : ['alpha', 'beta']) {
      if (floatOf(node, factor, 1) !== 1) {
        refuseNode(
          this.#fail,
          node,
          `scales by ${factor} = ${String(floatOf(node, factor, 1))}, expected 1; fold the factor into the weights and export again`,
        );
      }
    }
    const { tensor, isTransposed } = weightOf(node, this.#constants, 2, this.#fail);
    // A dense layer has [out, in]: what Gemm calls transposed.
    this.#addDense(
      node,
      { tensor, isTransposed: isTransposed !== (integerOf(node, 'transB', 0) === 0) },
      bias,
    );
  }

  #addMatMul(node: OnnxNode, data: readonly string[]): void {
    const weight = this.#constants.source(node.inputs[1]);
    if (weight?.tensor.shape.length !== 2 || data.length > 1) this.#addOther(node);
    else this.#addDense(node, { ...weight, isTransposed: !weight.isTransposed });
  }

  #addDense(node: OnnxNode, weight: OnnxSource, bias?: string): void {
    this.#addLayer(node, 'dense', weight, bias, this.#isChannelsLast ? { channelsLast: true } : undefined);
    this.#isChannelsLast = false;
  }

  #addLayer(
    node: OnnxNode,
    kind: WeightedLayer['kind'],
    weight: OnnxSource,
    bias?: string,
    more?: Pick<WeightedLayer, 'window' | 'channelsLast'>,
  ): void {
    const { name } = weight.tensor;
    if (bias === undefined) this.#biasable = this.layers.length;
    this.layers.push({
      name: node.name === '' ? name : node.name,
      kind,
      weight: name,
      ...(bias !== undefined && { bias }),
      transposed: weight.isTransposed,
      ...more,
    });
  }

  /** A sum or product with a constant: a bias, or what each channel is scaled and shifted by. */
  #addSum(node: OnnxNode, data: readonly string[], biasable: number | undefined): void {
    const constant = node.inputs
      .map((name) => this.#constants.source(name))
      .find((each) => each !== undefined);
    const last = this.layers.findLast((layer) => layer.kind !== 'affine');
    if (data.length > 1) this.#addOther(node, `it joins ${data.join(' and ')}`);
    else if (constant && last && isWeighted(last)) this.#addToOutputs(node, constant, last, biasable);
    else if (constant && !last) {
      this.#addOther(
        node,
        sentence`it changes the image before the first layer, which is for the preprocessing to do: say ${setting('mean')} and ${setting('scale')}, and ${setting('ignore')} ${labelOf(node)}`,
      );
    } else this.#addOther(node);
  }

  #addToOutputs(
    node: OnnxNode,
    { tensor, isTransposed }: OnnxSource,
    last: WeightedLayer,
    biasable: number | undefined,
  ): void {
    if (!isPerOutput(tensor, last.kind) || isTransposed) {
      this.#addOther(node);
      return;
    }
    const layer = biasable === undefined ? undefined : this.layers[biasable];
    const isWhole = tensor.data.length > 1 || this.#outputsOf(last) === 1;
    if (node.operator === 'Add' && biasable !== undefined && layer && isWeighted(layer) && isWhole) {
      this.layers[biasable] = { ...layer, bias: tensor.name };
      return;
    }
    const sum = constantSum(node, tensor.data, this.#constants.source(node.inputs[0]) !== undefined);
    const { operator } = node;
    if (sum)
      this.layers.push({ kind: 'affine', name: labelOf(node), operator, ...sum, madeOf: [tensor.name] });
    else this.#addOther(node);
  }

  #outputsOf({ weight, transposed }: WeightedLayer): number | undefined {
    return this.#constants.source(weight)?.tensor.shape[transposed ? 1 : 0];
  }

  /** Of what flows: between [channels, rows, columns] and [rows, columns, channels]. */
  #turn(node: OnnxNode): void {
    const axes = node.attributes.get('perm')?.integers.join() ?? '';
    const isOfTheImage = this.layers.length === 0 && !this.#isChannelsLast;
    if (axes === SAME_ORDER || (isOfTheImage && IMAGE_TO_CHANNELS_FIRST.has(axes))) return;
    if (axes === TO_CHANNELS_LAST && !this.#isChannelsLast) this.#isChannelsLast = true;
    else if (axes === TO_CHANNELS_FIRST && this.#isChannelsLast) this.#isChannelsLast = false;
    else this.#addOther(node, `it turns the axes to ${axes === '' ? 'the reverse' : axes}`);
  }

  #addOther(node: OnnxNode, reason?: string | Sentence): void {
    const { operator } = node;
    this.layers.push({
      kind: 'other',
      name: labelOf(node),
      operator,
      ...(reason !== undefined && { reason }),
    });
  }
}

/** ONNX's NodeProto: one operation of the graph, with as much of it as the search for layers needs. */
import type { MessageReader } from './protobuf.ts';
import type { Fail } from './refusal.ts';

/** An operation of the graph. */
export interface OnnxNode {
  readonly name: string;
  /** The operator, with its domain before it where that is not ONNX's own. */
  readonly operator: string;
  /** Names of tensors; '' for an optional one that is left out. Only the first few. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** An attribute by whichever value the file gives it. */
export interface OnnxAttribute {
  float?: number;
  integer?: number;
  text?: string;
  /** A TensorProto. */
  tensor?: MessageReader;
  readonly integers: number[];
  /** The AttributeProto itself, for its list of floats. */
  readonly message: MessageReader;
}

/** Field numbers of NodeProto. */
const NODE = { input: 1, output: 2, name: 3, operator: 4, attribute: 5, domain: 7 } as const;
/** Field numbers of AttributeProto. */
export const ATTRIBUTE = {
  name: 1,
  float: 2,
  integer: 3,
  text: 4,
  tensor: 5,
  floats: 7,
  integers: 8,
} as const;

/** The attributes that say what a layer does with its input or what a Constant is; others are not decoded. */
const WANTED = new Set(
  (
    'transA transB alpha beta perm value value_float value_floats kernel_shape strides pads dilations group ' +
    'auto_pad ceil_mode count_include_pad size bias epsilon training_mode to'
  ).split(' '),
);
/** Weights are among the first inputs; Concat and its like may have thousands. */
const MAX_INPUTS = 8;

/** Reads a NodeProto. */
export function readOnnxNode(message: MessageReader, fail: Fail): OnnxNode {
  let name = '';
  let operator = '';
  let domain = '';
  let output: string | undefined;
  const inputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  while (message.next()) {
    switch (message.field) {
      case NODE.input:
        if (inputs.length < MAX_INPUTS) inputs.push(message.text());
        break;
      case NODE.output:
        output ??= message.text();
        break;
      case NODE.name:
        name = message.text();
        break;
      case NODE.operator:
        operator = message.text();
        break;
      case NODE.domain:
        domain = message.text();
        break;
      case NODE.attribute: {
        const attribute = message.message();
        const attributeName = nameOf(attribute.again());
        if (!WANTED.has(attributeName)) break;
        if (attributes.has(attributeName)) fail(`node ${name} has the attribute ${attributeName} twice`);
        attributes.set(attributeName, readAttribute(attribute));
        break;
      }
    }
  }
  const isStandard = domain === '' || domain === 'ai.onnx';
  return {
    name,
    operator: isStandard ? operator : `${domain}.${operator}`,
    inputs,
    output: output ?? '',
    attributes,
  };
}

function nameOf(attribute: MessageReader): string {
  let name = '';
  while (attribute.next()) if (attribute.field === ATTRIBUTE.name) name = attribute.text();
  return name;
}

function readAttribute(message: MessageReader): OnnxAttribute {
  const attribute: OnnxAttribute = { integers: [], message: message.again() };
  while (message.next()) {
    switch (message.field) {
      case ATTRIBUTE.float:
        attribute.float = message.float();
        break;
      case ATTRIBUTE.integer:
        attribute.integer = message.integer();
        break;
      case ATTRIBUTE.text:
        attribute.text = message.text();
        break;
      case ATTRIBUTE.tensor:
        attribute.tensor = message.message();
        break;
      case ATTRIBUTE.integers:
        message.shortList(attribute.integers);
        break;
    }
  }
  return attribute;
}

/** What messages call a node. */
export const labelOf = ({ name, output }: OnnxNode): string => (name === '' ? output : name);

/** An attribute that is a whole number. */
export const integerOf = (node: OnnxNode, attribute: string, otherwise: number): number =>
  node.attributes.get(attribute)?.integer ?? otherwise;

/** An attribute that is a number. */
export const floatOf = (node: OnnxNode, attribute: string, otherwise: number): number =>
  node.attributes.get(attribute)?.float ?? otherwise;

/** Loop bounds, sizes and indices, whose value is known before a shader is compiled. */
import { ShaderTextError } from './shader-text-error.ts';
import type { Token } from './tokens.ts';

/** @throws ShaderTextError for a name without a value */
export type Expression = (values: ReadonlyMap<string, number>) => number;

/**
 * Literals and names by `+`, `*` and brackets, e.g. `(2u * 4u + i) * PIXELS + 3u`.
 * @throws ShaderTextError for anything else
 */
export function expressionOf(tokens: readonly Token[]): Expression {
  const texts = tokens.filter(({ kind }) => kind !== 'space').map(({ text }) => text);
  let at = 0;
  const operands = (operator: string, operand: () => Expression): Expression[] => {
    const found = [operand()];
    while (texts[at] === operator) {
      at++;
      found.push(operand());
    }
    return found;
  };
  const sum = (): Expression => {
    const terms = operands('+', product);
    return alone(terms) ?? ((values) => terms.reduce((total, term) => total + term(values), 0));
  };
  const product = (): Expression => {
    const factors = operands('*', factor);
    return alone(factors) ?? ((values) => factors.reduce((total, one) => total * one(values), 1));
  };
  const factor = (): Expression => {
    const text = texts[at++] ?? 'nothing';
    if (text !== '(') return operandOf(text);
    const value = sum();
    if (texts[at++] !== ')') throw unknown(texts.join(''));
    return value;
  };
  const value = sum();
  if (at < texts.length) throw unknown(texts.join(''));
  return value;
}

const alone = (operands: readonly Expression[]): Expression | undefined =>
  operands.length === 1 ? operands[0] : undefined;

function operandOf(text: string): Expression {
  if (/^\d+u?$/.test(text)) {
    const literal = Number.parseInt(text, 10);
    return () => literal;
  }
  if (!/^\w+$/.test(text)) throw unknown(text);
  return (values) => {
    const value = values.get(text);
    if (value === undefined) throw unknown(text);
    return value;
  };
}

const unknown = (text: string): ShaderTextError =>
  new ShaderTextError(`${text} is neither a literal nor a constant of the shader`);

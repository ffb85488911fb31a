/** A CPPN interpreted in doubles by definition, with a bound on what single precision may make of it. */
import type { CppnGenome } from '../../src/encodings/encoding.ts';

const functions = {
  sine: Math.sin,
  sigmoid: (x: number) => 2 * (1 / (1 + Math.exp(-x)) - 0.5),
  gaussian: (x: number) => Math.exp(-x * x),
  linear: (x: number) => Math.min(3, Math.max(-3, x)) / 3,
};

/** Steepest slope of each function. */
const slopes = { sine: 1, sigmoid: 0.5, gaussian: 0.86, linear: 1 / 3 };

/** What a driver's exp may be off by (SwiftShader's is the coarsest); sine is the shader's own. */
const ownError = { sine: 5e-6, sigmoid: 1e-5, gaussian: 1e-5, linear: 1e-6 };

export interface Value {
  readonly value: number;
  /** How far single precision may be off. */
  readonly error: number;
}

/** Outputs at a point, after as many steps as there are nodes: more than any longest path. */
export function interpret(
  { nodes, connections }: CppnGenome,
  inputs: readonly [number, number, number, number],
): Value[] {
  const fixed = inputs.map((value): Value => ({ value, error: (1 + Math.abs(value)) * 3e-7 }));
  let values = new Map<number, Value>(fixed.entries());
  for (let step = 0; step <= nodes.length; step++) {
    const next = new Map<number, Value>(fixed.entries());
    for (const { id, activation } of nodes) {
      const terms = connections
        .filter(({ target }) => target === id)
        .map(({ source, weight }) => ({ weight, from: values.get(source) ?? { value: 0, error: 0 } }));
      const sum = terms.reduce((total, { weight, from }) => total + weight * from.value, 0);
      const size = terms.reduce((total, { weight, from }) => total + Math.abs(weight * from.value), 0);
      const carried = terms.reduce((total, { weight, from }) => total + Math.abs(weight) * from.error, 0);
      const error = slopes[activation] * (carried + size * 1e-6) + ownError[activation];
      next.set(id, { value: functions[activation](sum), error });
    }
    values = next;
  }
  return nodes.filter(({ role }) => role === 'output').map(({ id }) => values.get(id)!);
}

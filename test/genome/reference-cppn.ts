/** A CPPN interpreted in doubles by definition, with a bound on what single precision may make of it. */
import type { FlatCppn } from '../../src/genome/cppn-genome.ts';
import { activationFunctions, type CppnConnection, type CppnGenome } from '../../src/genome/genome.ts';

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

/** Outputs at a point, after as many steps as there are nodes, more than any longest path, or until nothing changes. */
export function interpret(
  { nodes, connections }: CppnGenome,
  inputs: readonly [number, number, number, number],
): Value[] {
  const fixed = inputs.map((value): Value => ({ value, error: (1 + Math.abs(value)) * 3e-7 }));
  const incoming = new Map(nodes.map(({ id }) => [id, connections.filter(({ target }) => target === id)]));
  let values = new Map<number, Value>(fixed.entries());
  for (let step = 0; step <= nodes.length; step++) {
    const next = new Map<number, Value>(fixed.entries());
    for (const { id, activation } of nodes) {
      const terms = incoming
        .get(id)!
        .map(({ source, weight }) => ({ weight, from: values.get(source) ?? { value: 0, error: 0 } }));
      const sum = terms.reduce((total, { weight, from }) => total + weight * from.value, 0);
      const size = terms.reduce((total, { weight, from }) => total + Math.abs(weight * from.value), 0);
      const carried = terms.reduce((total, { weight, from }) => total + Math.abs(weight) * from.error, 0);
      const error = slopes[activation] * (carried + size * 1e-6) + ownError[activation];
      next.set(id, { value: functions[activation](sum), error });
    }
    const settled = [...next].every(([id, { value, error }]) => {
      const before = values.get(id);
      return before?.value === value && before.error === error;
    });
    values = next;
    if (settled) break;
  }
  return nodes.filter(({ role }) => role === 'output').map(({ id }) => values.get(id)!);
}

/** The value of a node by its definition, in doubles, of weights in single precision. */
export function valueOf(
  { nodes, connections }: CppnGenome,
  inputs: readonly number[],
): (id: number) => number {
  const known = new Map(inputs.entries());
  const activations = new Map(nodes.map(({ id, activation }) => [id, activation]));
  const incoming = new Map(nodes.map(({ id }) => [id, [] as CppnConnection[]]));
  for (const connection of connections) incoming.get(connection.target)!.push(connection);
  const at = (id: number): number => {
    const found = known.get(id);
    if (found !== undefined) return found;
    const sum = incoming
      .get(id)!
      .reduce((total, { source, weight }) => total + Math.fround(weight) * at(source), 0);
    const value = functions[activations.get(id)!](sum);
    known.set(id, value);
    return value;
  };
  return at;
}

/** Executes a program in doubles as the shader does in floats: the outputs. */
export function execute({ words, nodes, slots, outputs }: FlatCppn, inputs: readonly number[]): number[] {
  const floats = new Float32Array(words.buffer);
  const values = Array.from({ length: slots }, (_, slot) => inputs[slot] ?? NaN);
  let word = 0;
  for (let node = 0; node < nodes; node++) {
    const head = words[word++]!;
    let sum = 0;
    for (let edge = head >>> 12; edge > 0; edge--, word += 2)
      sum += floats[word + 1]! * values[words[word]!]!;
    values[(head >>> 2) & 1023] = functions[activationFunctions[head & 3]!](sum);
  }
  return outputs.map((slot) => values[slot]!);
}

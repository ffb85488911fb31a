/**
 * A step of stochastic gradient descent; see `shaders/layers/sgd.wgsl`.
 * Cases: steps of descent with momentum and decay.
 */
import { type Case, type FamilyCases, floats, given, unwritten } from '../case.ts';
import { ceil4, placeOf, sizes, type FamilyReference, type Operands } from '../reference.ts';
import { sgd, sgdFamily, sgdTurning, turningTable, type PlacedTurning } from './sgd.ts';

/** v ← momentum · v + rate · (gradient + decay · weight); of biases twice the rate, without decay */
function velocityOf(operands: Operands): (index: number) => number {
  const [weight, velocity] = [operands.values('weight'), operands.values('velocity')];
  const [gradient, step] = [operands.values('gradient'), operands.values('step')];
  const [rate, momentum, decay] = [step(0), step(1), step(2)];
  const { FIRST_BIAS } = sizes(operands, 'FIRST_BIAS');
  return (index) =>
    index < 4 * FIRST_BIAS
      ? momentum * velocity(index) + rate * (gradient(index) + decay * weight(index))
      : momentum * velocity(index) + 2 * rate * gradient(index);
}

/** weight ← weight − v */
function weightOf(operands: Operands): (index: number) => number {
  const [weight, velocity] = [operands.values('weight'), velocityOf(operands)];
  return (index) => weight(index) - velocity(index);
}

const step = { velocity: velocityOf, weight: weightOf };

/** turned[g, o, T − 1 − t, i] = weight[g, i, t, o]; what is padding stays as it was. */
function turnedOf(operands: Operands): (index: number) => number | undefined {
  const [table, weight] = [operands.values('turnings'), weightOf(operands)];
  const layers = Array.from({ length: operands.length('turnings') / 6 }, (_, layer) => {
    const [first, end, inputs, taps, outputs, place] = Array.from({ length: 6 }, (_, word) =>
      table(6 * layer + word),
    ) as [number, number, number, number, number, number];
    const groups = (4 * (end - first)) / (inputs * taps * ceil4(outputs));
    return { first, inputs, taps, outputs, place, floats: groups * outputs * taps * ceil4(inputs) };
  });
  return (index) => {
    const layer = layers.find(({ place, floats }) => index >= place && index < place + floats);
    if (!layer) return undefined;
    const { first, inputs, taps, outputs, place } = layer;
    const [group, output, tap, input] = placeOf(index - place, outputs, taps, ceil4(inputs));
    if (input >= inputs) return undefined;
    return weight(4 * first + ((group * inputs + input) * taps + taps - 1 - tap) * ceil4(outputs) + output);
  };
}

export const sgdReference = {
  main: { results: step },
  turning: { results: { ...step, turned: turnedOf } },
} satisfies FamilyReference;

/** A convolution in two groups and a dense layer, with a gap before, between and behind. */
const turnings: readonly PlacedTurning[] = [
  { first: 8, floats: 2 * 3 * 4 * 8, inputs: 3, taps: 4, outputs: 5, place: 4 },
  { first: 204, floats: 7 * 12, inputs: 7, taps: 1, outputs: 10, place: 4 + 2 * 5 * 4 * 4 },
];

const turningCase = (): Case => {
  const { operands } = caseOf(320, 304);
  return {
    name: 'a convolution in two groups, and a dense layer',
    launch: () => sgdTurning(320, 304),
    operands: {
      ...operands,
      turnings: given(turningTable(turnings)),
      turned: unwritten(4 + 2 * 5 * 4 * 4 + 10 * 8 + 4),
    },
  };
};

const caseOf = (values: number, firstBias?: number): Case => ({
  name: `${String(values)} values${firstBias === undefined ? '' : `, biases from ${String(firstBias)} on`}`,
  launch: () => sgd(values, firstBias),
  operands: {
    weight: floats(values),
    velocity: floats(values),
    gradient: floats(values),
    step: given(Float32Array.of(0.1, 0.9, 0.05, 0)),
  },
});

const sgdCases: FamilyCases<typeof sgdFamily> = {
  family: sgdFamily,
  reference: sgdReference,
  cases: { main: [caseOf(4), caseOf(260), caseOf(260, 192), caseOf(8, 0)], turning: [turningCase()] },
};

export default sgdCases;

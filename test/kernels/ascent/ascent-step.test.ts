import { describe, expect, test } from 'vitest';
import { nobodyWatched } from '../../../src/kernels/ascent/objective.ts';
import {
  boundParameters,
  stepPatience,
  stepRules,
  stepUniform,
  historyFloats,
  recordStep,
  ascentStep,
  tickClock,
} from '../../../src/kernels/ascent/ascent-step.ts';
import { productParts } from '../../../src/kernels/ascent/batched-dot.ts';
import { openTestGpu, runKernel, unwrittenFloats } from '../../gpu.ts';
import { expectClose, randomValues } from '../numbers.ts';

interface StepConstants {
  readonly rule: (typeof stepRules)[number];
  readonly size: number;
  readonly largest: number;
  readonly early: number;
  readonly late: number;
  readonly momentum: number;
  readonly decay: number;
  readonly cooling: number | undefined;
  readonly steps: number;
  readonly until: number | undefined;
}

const constants: StepConstants = {
  rule: 'constant',
  size: 1.5,
  largest: 50,
  early: 0.03,
  late: 0.1,
  momentum: 0.9,
  decay: 0.01,
  cooling: undefined,
  steps: 17,
  until: 0.95,
};
const batch = 8;
const uniformOf = (changes: Partial<StepConstants>) => {
  const { rule, cooling = 3e38, until = 3e38, ...numbers } = { ...constants, ...changes };
  return stepUniform(rule, { ...numbers, cooling, until });
};

/** What the record makes of one slot, in doubles. */
function rateOf(
  rule: (typeof stepRules)[number],
  scale: number,
  square: number,
  value: number,
  cooled: number,
): number {
  if (!(square > 0 && square < 3e38)) return 0;
  const { largest, early, late } = constants;
  const size = constants.size * cooled;
  const desired = Math.max(0, Math.min(early, late * (1 - value)));
  // The gradient is `scale` times what the buffer holds.
  const trueSquare = scale ** 2 * square;
  switch (rule) {
    case 'constant':
      return size * scale;
    case 'progress':
      return Math.min(largest, desired / trueSquare) * scale;
    case 'normalised':
      return (size * Math.sqrt(100)) / Math.sqrt(square);
    case 'sign':
      return size;
    case 'adam':
      return scale;
  }
}

describe.each([0, 2])('records with %i layers of units', (unitLayers) => {
  const shape = { values: 100, inputValues: 77, batch, unitLayers };
  const rows = (2 + unitLayers) * productParts;
  const parts = randomValues(rows * batch, 1).map((value) => Math.abs(value));
  // Slot 5 has no gradient, slot 6 one that is no number.
  for (let row = 0; row < productParts; row++) parts[row * batch + 5] = 0;
  parts[6] = NaN;
  const sumOf = (first: number, slot: number) => {
    let sum = 0;
    for (let row = first; row < first + productParts; row++) sum += parts[row * batch + slot]!;
    return sum;
  };
  const outcome = randomValues(5 * batch, 2).map((value) => Math.abs(value));
  outcome.set([1, 0.5, 2 ** -20, 2 ** -60, 1, 1, 1, 4], 3 * batch);
  const judged = randomValues(5 * batch, 3).map((value) => Math.abs(value));
  // The first slot reaches its goal now, the seventh has reached it before.
  judged[batch] = 0.97;
  judged[4 * batch] = 30;
  const watched = Uint32Array.of(0, 1, nobodyWatched, 2, 0, 0, 0, 0);
  const best = new Float32Array(4 * batch);
  best.set([0.2, 2, -3e38, 0.96, 0.99, -3e38, -3e38, 0.1]);
  best.set([0, 0, 0, 0, 0, 3, 1, stepPatience], 2 * batch);
  // Ages: the first slot has done its 17 steps and is judged for the last time, the third is past them.
  best.set([17, 0, 18, 3, 4, 5, 3e38, 7], 3 * batch);

  test.each(
    stepRules.flatMap((rule) => [
      [rule, undefined],
      [rule, 34],
    ]) as [(typeof stepRules)[number], number | undefined][],
  )('history, best and rates of the rule %s, cooling after %s', async (rule, cooling) => {
    const cooled = (slot: number) => 1 / (1 + best[3 * batch + slot]! / (cooling ?? Infinity));
    const gpu = await openTestGpu();
    const iterations = 3;
    const result = await runKernel(gpu, recordStep(shape), {
      step: uniformOf({ rule, cooling }),
      clock: Uint32Array.of(17, 2),
      rates: unwrittenFloats(batch),
      outcome,
      judged,
      parts,
      watched,
      history: new Float32Array(historyFloats(iterations, batch)).fill(-1),
      best,
    });
    const rates = new Float32Array(result.rates!);
    const history = new Float32Array(result.history!);
    const after = new Float32Array(result.best!);
    const row = (name: number) => history.slice((2 * 6 + name) * batch, (2 * 6 + name + 1) * batch);
    expect(history.slice(0, 2 * 6 * batch).every((value) => value === -1)).toBe(true);
    for (let slot = 0; slot < batch; slot++) {
      const square = sumOf(0, slot);
      const units = Array.from({ length: unitLayers }, (_, layer) => sumOf((2 + layer) * productParts, slot));
      const value = judged[slot]! + units.reduce((sum, one) => sum + one, 0);
      const confidence = judged[batch + slot]!;
      const scale = outcome[3 * batch + slot]!;
      expectClose([row(0)[slot]!, row(1)[slot]!], [value, confidence], { atol: 1e-5, rtol: 1e-5 });
      expect(row(2)[slot]).toBe(judged[2 * batch + slot]);
      expectClose([row(4)[slot]!], [Math.sqrt(sumOf(productParts, slot) / 77)]);
      if (slot !== 6) expectClose([row(3)[slot]! / scale], [Math.sqrt(square)], { atol: 1e-4, rtol: 1e-5 });
      expectClose(
        [rates[slot]! / (scale || 1)],
        [rateOf(rule, scale, square, outcome[slot]!, cooled(slot)) / scale],
        {
          atol: 1e-6,
          rtol: 1e-4,
        },
      );
      const logOdds = judged[4 * batch + slot]!;
      expect(row(5)[slot]).toBe(logOdds);
      const score = watched[slot] === nobodyWatched ? value : logOdds;
      const age = best[3 * batch + slot]!;
      const open = best[2 * batch + slot]! < stepPatience && age <= 17;
      const improves = score > best[slot]! && open;
      const reached = improves && (watched[slot] === nobodyWatched ? value : confidence) >= 0.95;
      expect(reached, `slot ${String(slot)}`).toBe(slot === 0);
      expect(after[3 * batch + slot]).toBe(reached || slot === 6 ? Math.fround(3e38) : age + 1);
      expect(after[batch + slot], `slot ${String(slot)}`).toBe(improves ? 1 : 0);
      expectClose([after[slot]!], [improves ? score : best[slot]!], { atol: 1e-5, rtol: 1e-5 });
    }
    expect([...after.slice(2 * batch, 3 * batch)]).toEqual([0, 0, 0, 0, 0, 4, stepPatience, 0]);
  });
});

test('the clock counts iterations and rows', async () => {
  const gpu = await openTestGpu();
  const result = await runKernel(gpu, tickClock(), { clock: Uint32Array.of(41, 3) });
  expect([...new Uint32Array(result.clock!)]).toEqual([42, 4]);
});

describe('steps', () => {
  const values = 21;
  const shape = { values, inputValues: 1, batch, unitLayers: 0 };
  const parameters = randomValues(values * batch, 1).map((value) => 100 * value);
  const gradient = randomValues(values * batch, 2);
  // Slot 3 does not move: its gradient was no number.
  for (let value = 0; value < values; value++) gradient[value * batch + 3] = NaN;
  const rates = Float32Array.from({ length: batch }, (_, slot) => (slot === 3 ? 0 : 3 + slot));
  const bounds = Float32Array.from({ length: 2 * values }, (_, index) =>
    index % 2 === 0 ? -50 - (index >> 1) : 60 + (index >> 1),
  );
  const settled = (moved: number, index: number) => {
    const value = Math.floor(index / batch);
    return Math.min(bounds[2 * value + 1]!, Math.max(bounds[2 * value]!, moved * (1 - constants.decay)));
  };
  const slope = (index: number) => (index % batch === 3 ? 0 : rates[index % batch]! * gradient[index]!);

  test.each(['normalised', 'sign'] as const)('by the rule %s decay and stay within bounds', async (rule) => {
    const gpu = await openTestGpu();
    const result = await runKernel(gpu, ascentStep('plain', shape), {
      step: uniformOf({ rule }),
      rates,
      parameters,
      gradient,
      bounds,
    });
    const expected = [...parameters].map((from, index) => {
      if (index % batch === 3) return settled(from, index);
      const by = rule === 'sign' ? rates[index % batch]! * Math.sign(gradient[index]!) : slope(index);
      return settled(from + by, index);
    });
    expectClose(new Float32Array(result.parameters!), expected);
  });

  test('with momentum go on in the direction of the last', async () => {
    const gpu = await openTestGpu();
    const last = randomValues(values * batch, 3);
    const result = await runKernel(gpu, ascentStep('momentum', shape), {
      step: uniformOf({}),
      rates,
      parameters,
      gradient,
      bounds,
      first_moment: last,
    });
    const movement = [...last].map((before, index) => 0.9 * before + slope(index));
    expectClose(new Float32Array(result.first_moment!), movement);
    expectClose(
      new Float32Array(result.parameters!),
      [...parameters].map((from, index) => settled(from + movement[index]!, index)),
    );
  });

  test.each([0, 1, 30])('of Adam at iteration %i', async (iteration) => {
    const gpu = await openTestGpu();
    const m = randomValues(values * batch, 4);
    const v = randomValues(values * batch, 5).map((value) => value * value);
    const result = await runKernel(gpu, ascentStep('adam', shape), {
      step: uniformOf({ rule: 'adam' }),
      rates,
      best: Float32Array.from({ length: 4 * batch }, (_, index) => (index < 3 * batch ? 0 : iteration + 1)),
      parameters,
      gradient,
      bounds,
      first_moment: m,
      second_moment: v,
    });
    const first = [...m].map((before, index) => 0.9 * before + 0.1 * slope(index));
    const second = [...v].map((before, index) => 0.999 * before + 0.001 * slope(index) ** 2);
    expectClose(new Float32Array(result.first_moment!), first);
    expectClose(new Float32Array(result.second_moment!), second);
    const expected = [...parameters].map((from, index) => {
      const mean = first[index]! / (1 - 0.9 ** (iteration + 1));
      const deviation = Math.sqrt(second[index]! / (1 - 0.999 ** (iteration + 1)));
      return settled(from + (1.5 * mean) / deviation, index);
    });
    expectClose(new Float32Array(result.parameters!), expected, { atol: 1e-3, rtol: 1e-3 });
  });

  test('the start is brought within bounds, and nothing else is done to it', async () => {
    const gpu = await openTestGpu();
    const result = await runKernel(gpu, boundParameters(values, batch), { parameters, bounds });
    expect(new Float32Array(result.parameters!)).toEqual(
      parameters.map((value, index) => {
        const at = Math.floor(index / batch);
        return Math.min(bounds[2 * at + 1]!, Math.max(bounds[2 * at]!, value));
      }),
    );
  });
});

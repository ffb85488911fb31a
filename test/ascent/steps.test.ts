/** Whole iterations on the device, with every rule and regulariser, against the same in doubles. */
import { describe, expect, test } from 'vitest';
import { Optimiser } from '../../src/ascent/optimiser/optimiser.ts';
import { createParametrisation } from '../../src/ascent/parametrisation/create.ts';
import { classObjectives } from '../../src/ascent/objective/parse-objective.ts';
import type { AscentSettings, Ball, Climb } from '../../src/ascent/settings.ts';
import { createObjectiveGraph } from '../../src/ascent/objective-graph.ts';
import { run } from '../../src/gpu/program.ts';
import { uploadParameters } from '../../src/network/upload.ts';
import { tinyModel } from '../evolution/tiny-run.ts';
import { openTestGpu } from '../gpu.ts';
import { expectClose, randomValues } from '../kernels/numbers.ts';
import { referenceAscent } from './reference-ascent.ts';
import { plainClimb, tinyAscentSettings } from './tiny-ascent.ts';

const model = tinyModel([3, 12, 12]);
const iterations = 5;
const [wanted, batch] = [3, 4];

/** A picture somewhere in the middle of the bytes, the same for every test. */
const picture = randomValues(3 * 12 * 12, 9).map((value) => Math.round(60 * value));

async function deviceAscent(climb: Climb, ball?: Ball): Promise<Float32Array> {
  const gpu = await openTestGpu();
  const objectives = classObjectives([wanted, 1], 'log-probability', [], model);
  const settings: AscentSettings = {
    ...tinyAscentSettings,
    objectives,
    batch,
    start: { from: 'picture', noise: 0 },
    ...(ball && { ball }),
  };
  const parameters = await uploadParameters(gpu, model.architecture, model.weights, 'tiny');
  const graph = await createObjectiveGraph(gpu, model, parameters, settings);
  const parametrisation = await createParametrisation(graph, settings, objectives);
  const pictureFor = () => picture;
  const optimiser = await Optimiser.create(graph, {
    settings,
    climb,
    objectives,
    parametrisation,
    pictureFor,
  });
  // Two submissions: the second goes on where the first ended.
  await optimiser.climb(0, 2);
  await optimiser.climb(2, iterations - 2);
  run(gpu, parametrisation.draw); // which brings back what has left its ball
  const x = new Float32Array(await gpu.read(parametrisation.parameters));
  optimiser.destroy();
  graph.destroy();
  return x.filter((_, index) => index % batch === 0);
}

const climbs: [string, Partial<Climb>][] = [
  ['constant steps', { step: { rule: 'constant', size: 2000 } }],
  ['normalised steps', {}],
  ['steps by progress', { step: { rule: 'progress', largest: 1e22, early: 0.5, late: 0.4 } }],
  ['steps by progress that are cut', { step: { rule: 'progress', largest: 800, early: 0.5, late: 0.4 } }],
  ['signs', { step: { rule: 'sign', size: 3 }, decay: 0 }],
  ['Adam', { step: { rule: 'adam', size: 4 } }],
  ['momentum', { momentum: 0.8, step: { rule: 'normalised', size: 0.8 } }],
  ['steps that cool', { cooling: 2 }],
  ['Adam that cools', { step: { rule: 'adam', size: 4 }, cooling: 3 }],
  ['strong decay', { decay: 0.2 }],
  ['a blur every other iteration', { blur: { radius: 0.8, every: 2 } }],
  ['pixels of small norm', { smallNorm: 40 }],
  ['pixels of small contribution', { smallContribution: 30 }],
  [
    'everything at once',
    { momentum: 0.5, decay: 0.05, blur: { radius: 0.4, every: 1 }, smallNorm: 10, smallContribution: 10 },
  ],
];

describe('iterations agree with doubles', () => {
  test.each(climbs)('%s', async (_, changes) => {
    const climb = { ...plainClimb, ...changes };
    const found = await deviceAscent(climb);
    const expected = referenceAscent({ model, climb, wanted }, picture, iterations);
    expectMoved(expected);
    // Adam goes as far for the least slope as for the largest, along which one rounding decides.
    expectAlike(found, expected, climb.step.rule === 'adam' ? 0.9 : 0.97);
  });

  test.each([
    ['l2', 60],
    ['linf', 3],
  ] as const)('within a ball of the norm %s', async (norm, radius) => {
    const climb: Climb = { ...plainClimb, decay: 0, step: { rule: 'normalised', size: 2.5 } };
    const ball = { norm, radius };
    const found = await deviceAscent(climb, ball);
    const expected = referenceAscent(
      { model, climb, wanted, ball: { ...ball, centre: picture } },
      picture,
      iterations,
    );
    const apart = [...found].map((value, index) => Math.abs(value - picture[index]!));
    const distance = norm === 'l2' ? Math.hypot(...apart) : Math.max(...apart);
    expect(distance).toBeGreaterThan(0.99 * radius);
    expect(distance).toBeLessThan(1.0001 * radius);
    expectAlike(found, expected);
  });
});

/** A test in which nothing moves would show nothing. */
function expectMoved(x: Float64Array): void {
  expect(Math.hypot(...[...x].map((value, index) => value - picture[index]!))).toBeGreaterThan(20);
}

/**
 * A byte that rounds the other way, or a pixel at the threshold of a percentile, changes what comes after a little: nearly
 * all values are the same, and the images as a whole.
 */
function expectAlike(found: Float32Array, expected: Float64Array, share = 0.97): void {
  const apart = [...expected].map((value, index) => Math.abs(value - found[index]!));
  const close = apart.filter((one, index) => one <= 0.05 + 1e-3 * Math.abs(expected[index]!)).length;
  expect(close / apart.length).toBeGreaterThan(share);
  expectClose([Math.hypot(...apart) / Math.hypot(...expected)], [0], { atol: 1 - share, rtol: 0 });
}

/** Settings that are valid, to be changed for the worse. */
import fc from 'fast-check';
import type { SettingsModel } from '../../src/ascent/check-settings.ts';
import { stepRules, takesMomentum } from '../../src/ascent/optimiser/hyperparameters.ts';
import type { Objective } from '../../src/ascent/objective/objective.ts';
import { formatObjective } from '../../src/ascent/objective/parse-objective.ts';
import type { Climb, StepRule } from '../../src/ascent/settings.ts';
import type { AscentRunSettings } from '../../src/runs/ascent/settings-schema.ts';
import { flatMean } from '../../src/model/preprocessing.ts';
import { modelOf, termLists } from './objectives.ts';

export const model: SettingsModel = {
  ...modelOf('lenet', 10),
  preprocessing: {
    image: [1, 28, 28],
    crop: 28,
    mean: flatMean([0], [1, 28, 28]),
    scale: [1 / 256],
    channelOrder: 'gray',
  },
};

export const plainClimb: Climb = {
  step: { rule: 'constant', size: 1 },
  momentum: 0,
  decay: 0,
  smallNorm: 0,
  smallContribution: 0,
};

export const plainSettings: AscentRunSettings = {
  model: 'lenet-mnist',
  objectives: [{ name: 'class 3', terms: [{ of: 'probability', class: 3, weight: 1 }], watched: 3 }],
  steps: 100,
  seed: 1,
  start: { from: 'mean' },
  parametrisation: { kind: 'pixel' },
  trials: [{ name: 'trial 0', climb: plainClimb }],
  batch: 8,
};

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const size = between(1e-30, 1e30);
const share = between(0, 0.999);
const percent = between(0, 99.9);

function steps(rules: readonly StepRule['rule'][]): fc.Arbitrary<StepRule> {
  return fc.constantFrom(...rules).chain((rule): fc.Arbitrary<StepRule> => {
    if (rule !== 'progress') return fc.record({ rule: fc.constant(rule), size });
    const gain = between(1e-6, 1);
    return fc.record({ rule: fc.constant(rule), largest: size, early: gain, late: gain });
  });
}

/** @param pixels whether pixels may be blurred, and set to the mean */
const climbs = (rules: readonly StepRule['rule'][], pixels: boolean, ball = false): fc.Arbitrary<Climb> =>
  fc
    .record({
      step: steps(rules),
      momentum: share,
      decay: ball ? fc.constant(0) : share,
      smallNorm: pixels && !ball ? percent : fc.constant(0),
      smallContribution: pixels && !ball ? percent : fc.constant(0),
      blur: pixels
        ? fc.option(fc.record({ radius: between(0.3, 28), every: fc.integer({ min: 1 }) }))
        : fc.constant(null),
    })
    .map(({ blur, momentum, ...climb }) => ({
      ...climb,
      momentum: takesMomentum(climb.step.rule) ? momentum : 0,
      ...(blur && { blur }),
    }));

export const validClimbs = climbs(stepRules, true);

const noises = between(0, 255);
const pictures = fc.record({
  from: fc.constant('picture' as const),
  file: fc.constant('cat.png'),
  sha256: fc.constant('0'),
  noise: noises,
});
const noStarts = fc.oneof(
  fc.constant({ from: 'mean' } as const),
  fc.record({ from: fc.constantFrom('gaussian' as const, 'uniform' as const), size: noises }),
);

const balls = fc.record({ norm: fc.constantFrom('l2' as const, 'linf' as const), radius: between(1, 1e30) });
const cppns = fc.record({
  kind: fc.constant('cppn' as const),
  coordinates: fc.constantFrom('pixels' as const, 'normalised' as const),
  mutations: fc.nat(50),
});

/** What depends on one another: the start, the numbers that are climbed, the ball, and how pixels may be treated. */
const worlds = fc.oneof(
  fc.record({
    start: fc.oneof(noStarts, pictures),
    parametrisation: fc.constant({ kind: 'pixel' } as const),
  }),
  fc.record({ start: pictures, parametrisation: fc.constant({ kind: 'pixel' } as const), ball: balls }),
  fc.record({
    start: noStarts,
    parametrisation: fc.oneof(fc.constant({ kind: 'fourier' } as const), cppns),
  }),
);

const transformations = fc.record({
  jitter: between(0, 13.9),
  rotate: between(0, 180),
  scale: between(0, 0.5),
});

export const validSettings: fc.Arbitrary<AscentRunSettings> = fc
  .tuple(worlds, fc.boolean())
  .chain(([world, probabilities]) => {
    const rules = probabilities ? stepRules : stepRules.filter((rule) => rule !== 'progress');
    const climb = climbs(rules, world.parametrisation.kind === 'pixel', 'ball' in world);
    const unwatched = termLists(model).map((terms): Objective => ({
      name: formatObjective({ terms }),
      terms,
      watched: null,
    }));
    const watched = fc.record({ class: fc.nat(9), weight: between(1e-6, 1) }).map((term): Objective => {
      const terms = [{ of: 'probability' as const, ...term }];
      return { name: formatObjective({ terms }), terms, watched: term.class };
    });
    return fc.record(
      {
        model: fc.constant('lenet-mnist'),
        objectives: fc.array(probabilities ? watched : unwatched, { minLength: 1, maxLength: 3 }),
        steps: fc.integer({ min: 1 }),
        seed: fc.maxSafeNat(),
        start: fc.constant(world.start),
        parametrisation: fc.constant(world.parametrisation),
        trials: fc.array(fc.record({ name: fc.string(), climb }), { minLength: 1, maxLength: 3 }),
        batch: fc.integer({ min: 1, max: 64 }).map((vectors) => 4 * vectors),
        transformation: transformations,
        ...('ball' in world && { ball: fc.constant(world.ball) }),
        ...(probabilities && { until: between(1e-6, 1) }),
      },
      {
        requiredKeys: ['model', 'objectives', 'steps', 'seed', 'start', 'parametrisation', 'trials', 'batch'],
      },
    );
  });

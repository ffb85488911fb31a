import { expect, test } from 'vitest';
import { newTrajectory, type Trajectory } from '../../src/ascent/trajectory.ts';
import { standingOf } from '../../src/ascent/standing.ts';
import { tinyAscentSettings } from './tiny-ascent.ts';

const [settings] = [{ ...tinyAscentSettings, steps: 20 }];

const trajectoryOf = (iterations: number, closed: boolean): Trajectory => ({
  ...newTrajectory(settings.objectives[0]!),
  value: Array.from({ length: iterations }, () => 1),
  closed,
});

test('what is left counts the iterations that are still to be done, not those that are spared', () => {
  // Three reached their goal after five iterations, one has done ten of 21; the fifth has not begun.
  const trajectories = [...[5, 5, 5].map((count) => trajectoryOf(count, true)), trajectoryOf(10, false)];
  expect(standingOf(settings, 0, trajectories)).toEqual({
    settled: 3 * 21 + 10,
    done: 3,
    imagesLeft: 11 + 5,
    iterationsLeft: 11,
  });
});

test('before anything is done, all steps are left, and those of the trials to come', () => {
  const [trial] = settings.trials;
  const two = { ...settings, trials: [trial!, trial!] };
  // Four lanes: five objectives take two fillings of a trial, and side by side nearly five quarters.
  expect(standingOf(two, 0, [])).toEqual({
    settled: 0,
    done: 0,
    imagesLeft: 2 * 5 * 21,
    iterationsLeft: Math.round((5 * 21) / 4 + 2 * 21),
  });
});

test('lanes of CPPNs wait for one another', () => {
  const cppns = {
    ...settings,
    parametrisation: { kind: 'cppn', coordinates: 'normalised', mutations: 5 },
  } as const;
  const trajectories = Array.from({ length: 4 }, () => trajectoryOf(1, false));
  expect(standingOf(cppns, 0, trajectories).iterationsLeft).toBe(20 + 21);
});

test('a single unit shows its value, at the start and so far', () => {
  const unit = { ...settings, objectives: [{ ...settings.objectives[0]!, watched: null }] };
  const trajectory = {
    ...newTrajectory(unit.objectives[0]!),
    value: [0.5, 3, 2],
    best: { iteration: 1, score: 3 },
  };
  expect(standingOf(unit, 0, [trajectory]).value).toEqual({ start: 0.5, best: 3 });
});

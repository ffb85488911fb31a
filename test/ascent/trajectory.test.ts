import { describe, expect, test } from 'vitest';
import type { Iteration } from '../../src/ascent/optimiser/optimiser.ts';
import { follow, isStuck, newTrajectory } from '../../src/ascent/trajectory.ts';
import { historyOf, rowOf } from '../../src/runs/ascent/rows.ts';
import { restored, storedOf } from '../../src/runs/ascent/stored-trajectory.ts';
import { logOddsOf } from '../../src/model/log-odds.ts';
import type { Objective } from '../../src/ascent/objective/objective.ts';
import { stepPatience } from '../../src/kernels/ascent/ascent-step.ts';
import { tinyModel } from '../evolution/tiny-run.ts';

const watching: Objective = {
  name: 'class 2',
  terms: [{ of: 'logit', class: 2, weight: 1 }],
  watched: 2,
};
const unit: Objective = {
  name: 'conv1:3',
  terms: [{ of: 'unit', layer: 'conv1', channel: 3, weight: 1 }],
  watched: null,
};

function iteration(changes: Partial<Record<keyof Iteration, number>>): Iteration {
  const numbers = { value: 1, confidence: 0.5, named: 2, gradientNorm: 1, inputNorm: 0.25, ...changes };
  const { logOdds = logOddsOf(numbers.confidence) } = changes;
  const row = (value: number) => Float32Array.of(-7, value);
  return {
    value: row(numbers.value),
    confidence: row(numbers.confidence),
    named: row(numbers.named),
    gradientNorm: row(numbers.gradientNorm),
    inputNorm: row(numbers.inputNorm),
    logOdds: row(logOdds),
  };
}

function trajectoryOf(objective: Objective, iterations: readonly Iteration[], until?: number) {
  const trajectory = newTrajectory(objective);
  for (const one of iterations)
    follow(trajectory, one, 1, { steps: 100, ...(until !== undefined && { until }) }, 1 / 256);
  return trajectory;
}

describe('a trajectory', () => {
  test('says when the class was named first and when each milestone was reached', () => {
    const confidences = [0.1, 0.95, 0.5, 0.999, 0.9991, 0.99995, 0.9];
    const named = [4, 2, 3, 2, 2, 2, 2];
    const trajectory = trajectoryOf(
      watching,
      confidences.map((confidence, index) => iteration({ confidence, named: named[index]! })),
    );
    const row = rowOf(trajectory, tinyModel(), 'images/0002.png');
    expect(row).toMatchObject({
      objective: 'class 2',
      class: 2,
      label: 'class 2',
      iteration: 5,
      iterations: 6,
      firstNamed: 1,
      reached: [1, 3, 3, 5],
      picture: 'images/0002.png',
    });
    expect(row.confidence).toBeCloseTo(0.99995, 6);
    expect(row).not.toHaveProperty('fault');
  });

  test('ends when its confidence reaches the goal, and what comes after is not written down', () => {
    const trajectory = trajectoryOf(
      watching,
      [0.1, 0.92, 0.99].map((confidence) => iteration({ confidence })),
      0.9,
    );
    expect(trajectory.closed).toBe(true);
    expect(rowOf(trajectory, tinyModel(), '')).toMatchObject({ iteration: 1, iterations: 1 });
    expect(isStuck(trajectory)).toBe(false);
  });

  test('keeps the image of the largest log-odds, where confidences are the same float', () => {
    const odds = [20, 42, 30];
    const trajectory = trajectoryOf(
      watching,
      odds.map((logOdds) => iteration({ confidence: 1, logOdds })),
    );
    expect(rowOf(trajectory, tinyModel(), '')).toMatchObject({ iteration: 1, confidence: 1, logOdds: 42 });
  });

  test('of an older state, which had confidences alone, goes on from what they say', () => {
    const trajectory = trajectoryOf(watching, [iteration({ confidence: 0.75 })]);
    const old = restored(watching, { ...storedOf(trajectory), best: { iteration: 0, score: 0.75 } });
    expect(old.best).toEqual({ iteration: 0, score: Math.fround(Math.log(3)) });
    expect(rowOf(old, tinyModel(), '')).not.toHaveProperty('logOdds');
    for (const same of [
      trajectory,
      newTrajectory(watching),
      { ...newTrajectory(unit), best: { iteration: 0, score: 7 } },
    ])
      expect(restored(same.objective, storedOf(same))).toEqual(same);
  });

  test('of a unit keeps the image of the largest value, and the class that the network names it', () => {
    const values = [1, 9, 3];
    const trajectory = trajectoryOf(
      unit,
      values.map((value, index) => iteration({ value, named: index, confidence: 0.3 + index / 10 })),
    );
    expect(rowOf(trajectory, tinyModel(), '')).toMatchObject({
      class: 1,
      iteration: 1,
      value: 9,
      firstNamed: null,
    });
  });

  test('is stuck after so many iterations without a gradient, at once where it is no number', () => {
    const none = iteration({ gradientNorm: 0 });
    const patient = Array.from({ length: stepPatience - 1 }, () => none);
    expect(isStuck(trajectoryOf(watching, patient))).toBe(false);
    expect(isStuck(trajectoryOf(watching, [...patient, none]))).toBe(true);
    expect(isStuck(trajectoryOf(watching, [...patient, iteration({}), ...patient]))).toBe(false);
    expect(isStuck(trajectoryOf(watching, [iteration({ gradientNorm: NaN })]))).toBe(true);
    expect(isStuck(trajectoryOf(watching, [iteration({ gradientNorm: Infinity })]))).toBe(true);
  });

  test('that has nowhere left to climb is no failure', () => {
    const top = iteration({ gradientNorm: 0, confidence: 1 });
    const trajectory = trajectoryOf(
      watching,
      Array.from({ length: stepPatience }, () => top),
    );
    expect(trajectory.closed).toBe(true);
    expect(isStuck(trajectory)).toBe(false);
  });

  test('has its numbers by iteration, the norm of the image in bytes', () => {
    const history = historyOf(trajectoryOf(watching, [iteration({}), iteration({ value: 2 })]));
    expect(history.value).toEqual([1, 2]);
    expect(history.imageNorm).toEqual([64, 64]);
    expect(history.objective).toBe('class 2');
  });
});

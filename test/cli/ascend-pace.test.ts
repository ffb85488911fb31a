import { expect, it } from 'vitest';
import { AscentPace } from '../../src/cli/ascend-pace.ts';

const standing = { settled: 0, done: 0, imagesLeft: 30, iterationsLeft: 10 };
const at = (iteration: number, evaluations: number, trial = 0) => ({
  trial,
  iteration,
  evaluations,
  seconds: 0,
});

it('reckons with the iterations of the batch, however many images were spared theirs', () => {
  const pace = new AscentPace();
  // The first one waits for what is compiled, and tells nothing.
  expect(pace.after(at(1, 8), standing, 60_000)).toEqual({ total: 38, secondsLeft: undefined });
  // Four iterations of eight images took two seconds.
  expect(pace.after(at(5, 40), standing, 62_000)).toEqual({ total: 70, secondsLeft: 5 });
  // Only one image climbs on: four more take as long.
  expect(pace.after(at(9, 44), { ...standing, imagesLeft: 10 }, 64_000)).toEqual({
    total: 54,
    secondsLeft: 5,
  });
});

it('goes on where lanes are filled anew, in another trial and after an interruption', () => {
  const pace = new AscentPace();
  pace.after(at(104, 1), standing, 0);
  expect(pace.after(at(108, 1), standing, 4000).secondsLeft).toBe(10);
  expect(pace.after(at(4, 1), standing, 8000).secondsLeft).toBe(10);
  expect(pace.after(at(4, 1, 1), standing, 12_000).secondsLeft).toBe(10);
});

it('forgets how slowly it began', () => {
  const pace = new AscentPace();
  pace.after(at(1, 1), standing, 0);
  for (let iteration = 2; iteration < 12; iteration++)
    pace.after(at(iteration, iteration), standing, 60_000 + 100 * iteration);
  expect(pace.after(at(12, 12), standing, 61_200).secondsLeft).toBeCloseTo(1, 6);
});

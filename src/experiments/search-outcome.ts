/** What any search leaves behind to be compared with others: how sure the network was after so many evaluations. */
import { median } from 'simple-statistics';
import { z } from 'zod';

const cell = z.object({
  class: z.int(),
  label: z.string(),
  confidence: z.number(),
  logOdds: z.number(),
});

export const searchOutcome = z.object({
  /** Highest confidences of the classes so far, after so many evaluations. */
  points: z.array(
    z.object({
      evaluations: z.number(),
      median: z.number(),
      /** What half of the classes have at least. */
      half: z.number(),
    }),
  ),
  /** At the end. */
  cells: z.array(cell),
  seconds: z.number(),
  /** Images that were judged, or gradients that were taken, in those seconds. */
  judged: z.int(),
  /** Ascents that ended early for want of a gradient. */
  lost: z.int(),
});
export type SearchOutcome = z.infer<typeof searchOutcome>;
export type SearchPoint = SearchOutcome['points'][number];

/** @param confidences of all classes; at least one */
export function pointAt(evaluations: number, confidences: readonly number[]): SearchPoint {
  const falling = [...confidences].sort((one, other) => other - one);
  const half = falling[Math.ceil(falling.length / 2) - 1] ?? 0;
  return { evaluations, median: median(falling), half };
}

/**
 * Points of courses that are climbed side by side, a gradient step of each at a time.
 *
 * @param best highest confidence so far of each class by iteration; those that ended keep their last
 * @param cost of a gradient step, in evaluations
 * @param before evaluations that were spent earlier
 */
export function ascentPoints(
  best: readonly (readonly number[])[],
  iterations: number,
  cost: number,
  before = 0,
): SearchPoint[] {
  return Array.from({ length: iterations }, (_, iteration) =>
    pointAt(
      before + (iteration + 1) * best.length * cost,
      best.map((course) => course[iteration] ?? course.at(-1) ?? 0),
    ),
  );
}

/** A search that went on where another one had stopped. */
export const continued = (first: SearchOutcome, second: SearchOutcome): SearchOutcome => ({
  points: [...first.points, ...second.points],
  cells: second.cells,
  seconds: first.seconds + second.seconds,
  judged: first.judged + second.judged,
  lost: first.lost + second.lost,
});

/** Evaluations after which half of the classes have that confidence; undefined for never. */
export const evaluationsUntil = ({ points }: SearchOutcome, least: number): number | undefined =>
  points.find(({ half }) => half >= least)?.evaluations;

/** The point that holds after so many evaluations; undefined before the first. */
export const pointAfter = ({ points }: SearchOutcome, evaluations: number): SearchPoint | undefined =>
  points.findLast((point) => point.evaluations <= evaluations);

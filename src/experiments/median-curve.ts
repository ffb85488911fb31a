/** Medians of many courses at each place. */
import { median } from 'simple-statistics';

/**
 * @param courses each of at least one value; one that is shorter keeps its last
 * @param length of the result
 * @throws RangeError where there is no course, or an empty one
 */
export function medianCurve(courses: readonly (readonly number[])[], length: number): number[] {
  if (courses.length === 0 || courses.some((course) => course.length === 0))
    throw new RangeError('a median curve needs courses with values');
  return Array.from({ length }, (_, place) =>
    median(courses.map((course) => course[place] ?? course.at(-1) ?? 0)),
  );
}

/** Which ancestors of a long line are shown. */
import type { Step } from '../evolution/lineage.ts';
import { evenPlaces } from './curves.ts';

/** Pictures of a line. Where goal switches and ends are more, those are shown alone. */
export const mostShown = 48;
/** More goal switches than this are thinned out evenly as well. */
export const mostSwitches = 240;

/**
 * Places in a line, ascending: its ends and goal switches always, the others evenly by generation.
 * @param steps oldest first
 */
export function placesToShow(steps: readonly Step[], most = mostShown): number[] {
  const last = steps.length - 1;
  const always = [...steps.keys()].filter(
    (place) => place === 0 || place === last || steps[place]?.switched === true,
  );
  if (always.length >= most)
    return evenPlaces(always.length, Math.max(most, mostSwitches)).flatMap((index) => always[index] ?? []);
  if (steps.length <= most) return [...steps.keys()];
  const shown = new Set(always);
  const generationOf = (place: number) => steps[place]?.ancestor.generation ?? 0;
  const [from, to] = [generationOf(0), generationOf(last)];
  const wanted = most - always.length;
  let place = 0;
  for (let index = 1; index <= wanted; index++) {
    const generation = from + ((to - from) * index) / (wanted + 1);
    while (place < last && generationOf(place) < generation) place++;
    shown.add(place);
  }
  return [...shown].sort((one, other) => one - other);
}

/** Which of a run's elites are equally sure, and which are one image. */
import { logOddsOf } from '../model/log-odds.ts';
import type { CellRecord } from '../runs/evolution/records.ts';
import { formatCount, formatNumber, shortLabel } from './format.ts';

/** `rank 3 of 200`, `rank 3 of 200, tied with 2 others`: by confidence, the surest first. In the order of the cells. */
export function rankTexts(cells: readonly CellRecord[]): string[] {
  const sureness = cells.map(({ confidence, logOdds = logOddsOf(confidence) }) => logOdds);
  const sorted = [...sureness].sort((one, other) => other - one);
  const first = new Map<number, number>();
  const equal = new Map<number, number>();
  for (const [place, value] of sorted.entries()) {
    if (!first.has(value)) first.set(value, place + 1);
    equal.set(value, (equal.get(value) ?? 0) + 1);
  }
  return sureness.map((value) => {
    const rank = `rank ${formatNumber(first.get(value) ?? 0)} of ${formatNumber(cells.length)}`;
    const others = (equal.get(value) ?? 1) - 1;
    return others === 0 ? rank : `${rank}, tied with ${formatCount(others, 'other')}`;
  });
}

/** `also the elite of crane and 2 others`, of an image that holds several cells; undefined of others. In the order of the cells. */
export function sharedTexts(cells: readonly CellRecord[]): (string | undefined)[] {
  const holders = new Map<number, string[]>();
  for (const { id, label } of cells) holders.set(id, [...(holders.get(id) ?? []), label]);
  const places = new Map<number, number>();
  return cells.map(({ id }) => {
    const labels = holders.get(id) ?? [];
    const place = places.get(id) ?? 0;
    places.set(id, place + 1);
    if (labels.length < 2) return undefined;
    return `also the elite of ${joinedNames(labels.filter((_, index) => index !== place))}`;
  });
}

/** `crane`, `crane and crate`, `crane and 2 others`. */
export function joinedNames(labels: readonly string[]): string {
  const [first = '', second = ''] = labels.map(shortLabel);
  if (labels.length < 2) return first;
  return `${first} and ${labels.length === 2 ? second : formatCount(labels.length - 1, 'other')}`;
}

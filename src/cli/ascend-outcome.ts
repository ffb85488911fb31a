/** What `fool ascend` says at its end: confidences, values of units, adversarial examples. */
import { counts } from '../runs/ascent/attacks.ts';
import type { AscentRow, AscentSummary, AttackSummary, ObjectiveValue } from '../runs/ascent/schema.ts';
import { distanceText, formatValue, outcomeOf, namedText } from '../report/ascent-words.ts';
import {
  formatPerCent,
  durationWithSetUp,
  formatConfidence,
  formatCount,
  formatDuration,
  formatNumber,
} from '../report/format.ts';
import type { Terminal } from './terminal.ts';

/** Objectives and attacks that are told one by one. */
const mostTold = 10;

/** @param rows of the archive, none where the run has not come so far */
export function announce(summary: AscentSummary, rows: readonly AscentRow[], terminal: Terminal): void {
  const { bestTrial, attack, values, medianConfidence, cellsAbove9999 = 0 } = summary;
  if (bestTrial !== undefined) terminal.line(`best trial: ${bestTrial}`);
  if (attack) tellAttacks(attack, rows, terminal);
  else if (medianConfidence !== undefined)
    terminal.line(
      `median confidence ${formatConfidence(medianConfidence)}, ${String(cellsAbove9999)} of ${String(wantedOf(summary))} at 99.99 % or more`,
    );
  if (values) tellValues(values, rows, terminal);
}

/** Objectives that want a class. */
const wantedOf = ({ objectives, values = [] }: AscentSummary): number => objectives - values.length;

/** Images that were judged, not iterations that were spared. @param setUp milliseconds */
export function costText(summary: AscentSummary, setUp: number): string {
  const { evaluations, seconds, evaluationsPerSecond, objectives, secondsPerObjective } = summary;
  const each = objectives > 1 ? `, ${formatDuration(secondsPerObjective)} for each objective` : '';
  return `${formatCount(evaluations, 'image')} judged in ${durationWithSetUp(seconds, setUp)}, ${formatNumber(evaluationsPerSecond)} a second${each}`;
}

function tellValues(values: readonly ObjectiveValue[], rows: readonly AscentRow[], terminal: Terminal): void {
  for (const { objective, start, end } of values.slice(0, mostTold)) {
    const row = rows.find((one) => one.objective === objective);
    const when = row ? ` at iteration ${formatNumber(row.iteration)} of ${formatNumber(row.iterations)}` : '';
    const far = row?.distance ? `; ${distanceText(row.distance)} from the start` : '';
    terminal.line(`${objective}: ${formatValue(start)} → ${formatValue(end)}${when}${far}`);
  }
  if (values.length > mostTold)
    terminal.line(`… and ${String(values.length - mostTold)} more, in archive.json`);
}

function tellAttacks(attack: AttackSummary, rows: readonly AscentRow[], terminal: Terminal): void {
  const attacks = rows.filter((row) => row.attack?.success !== undefined);
  for (const { attack: one, distance } of attacks.slice(0, mostTold)) {
    if (!one || !distance) continue;
    const which = attacks.length > 1 ? `${one.file}: ` : '';
    terminal.line(
      `${which}${namedText(one.before)} → ${namedText(one.after)}: ${outcomeOf(one)}; ${distanceText(distance)}`,
    );
  }
  if (attacks.length > mostTold)
    terminal.line(`… and ${String(attacks.length - mostTold)} more, in archive.json and the report`);
  if (attack.images === 1) return;
  const { images, attacked, succeeded, successRate, medianL2, medianLinf } = attack;
  const already = images - attacked;
  const others =
    already === 0
      ? ''
      : `; ${formatCount(already, 'picture was', 'pictures were')} so before and not counted`;
  const rate = successRate === null ? '' : ` (${formatPerCent(successRate)})`;
  terminal.line(`${String(succeeded)} of ${formatCount(attacked, 'attack')} succeeded${rate}${others}`);
  if (medianL2 !== null && medianLinf !== null)
    terminal.line(`medians of the successes: ${distanceText({ l2: medianL2, linf: medianLinf })}`);
}

/** As --json has them; nothing where there are none. */
export function attacksOf(rows: readonly AscentRow[]): { readonly attacks?: readonly object[] } {
  const attacks = rows.flatMap(attackRecord);
  return attacks.length > 0 ? { attacks } : {};
}

function attackRecord(row: AscentRow): object[] {
  const { attack, distance, picture, objective, iteration } = row;
  if (attack?.success === undefined) return [];
  const { file, before, after, success } = attack;
  return [{ file, objective, picture, before, after, success, counted: counts(row), iteration, distance }];
}

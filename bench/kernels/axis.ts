/**
 * Values of an axis in a few characters: `8`; a list, `1,4,16`; a range, `1..4`, in steps of one, of another number, `4..32+4`,
 * or by a factor, `1..64*2`. Ranges may stand in a list.
 */

/** An axis that cannot be read; the message names the part of it. */
export class AxisError extends Error {
  override readonly name = 'AxisError';
}

/** Values of an axis at most. */
export const mostValues = 1000;

/** Whether a word can only be meant as an axis. */
export const looksLikeAxis = (text: string): boolean => /^\d[\d.,*+]*$/.test(text);

/**
 * In the order in which they stand there, each once. A range ends with the last value that is not beyond its end.
 * @param least that a value may be
 * @throws AxisError
 */
export function axisValues(text: string, least = 0): number[] {
  const values = text.split(',').flatMap((part) => rangeValues(part, text));
  const small = values.find((value) => value < least);
  if (small !== undefined) throw new AxisError(`${String(small)} is less than ${String(least)}`);
  return limited(new Set(values), text);
}

function rangeValues(part: string, text: string): number[] {
  const match = /^(\d+)(?:\.\.(\d+)(?:([*+])(\d+))?)?$/.exec(part);
  if (!match) {
    const where = part === text ? `“${part}”` : `“${part}” in “${text}”`;
    throw new AxisError(`${where} is neither a number nor a range as 1..64*2 or 4..32+4`);
  }
  const [, first, last, by = '+', step = '1'] = match;
  const [from, until, stride] = [Number(first), Number(last ?? first), Number(step)];
  if (![from, until, stride].every(Number.isSafeInteger)) throw new AxisError(`“${part}” is too large`);
  if (until < from) throw new AxisError(`“${part}” ends before it begins`);
  const stands = by === '*' ? stride < 2 || from === 0 : stride === 0;
  if (stands && until > from) throw new AxisError(`“${part}” never comes to its end`);
  const values: number[] = [];
  for (let value = from; value <= until; value = by === '*' ? value * stride : value + stride) {
    values.push(value);
    if (last === undefined || stands) break;
    if (values.length > mostValues) break;
  }
  return limited(values, part);
}

function limited(values: Iterable<number>, text: string): number[] {
  const all = [...values];
  if (all.length > mostValues) throw new AxisError(`“${text}” has more than ${String(mostValues)} values`);
  return all;
}

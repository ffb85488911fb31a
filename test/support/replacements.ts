/** The value with each part of it replaced, one at a time, by null, a number, a string, and lists. */
export function everyReplacement(value: unknown): unknown[] {
  const replacements: unknown[] = [null, -1, 1e308, '', [], {}, [[]]];
  if (Array.isArray(value)) {
    const list: unknown[] = value;
    const inner = list
      .slice(0, 2)
      .flatMap((part, index) => everyReplacement(part).map((other) => list.with(index, other)));
    return [...replacements, ...inner];
  }
  if (typeof value !== 'object' || value === null) return replacements;
  const inner = Object.entries(value).flatMap(([key, part]) =>
    everyReplacement(part).map((other) => ({ ...value, [key]: other })),
  );
  return [...replacements, ...inner];
}

/** Finds classes by what a user types: words of the name in any order, or the number. */

export function wordsOf(typed: string): string[] {
  return typed.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * A number alone is a class's own, and no part of another one's.
 * @param name in lower case
 */
export function isNamed(words: readonly string[], name: string, number: number): boolean {
  const [first = '', ...others] = words;
  if (others.length === 0 && /^\d+$/.test(first)) return number === Number(first);
  return words.every((word) => name.includes(word));
}
